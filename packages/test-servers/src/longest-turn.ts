/** Milliseconds of computing for which timers had to wait at most while the work ran; what other processes take does not count. */
export async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let before = process.threadCpuUsage()
  const tick = (): void => {
    const { user, system } = process.threadCpuUsage(before)
    longest = Math.max(longest, (user + system) / 1_000)
    before = process.threadCpuUsage()
  }
  const timer = setInterval(tick, 1)
  try {
    await work()
    tick()
  } finally {
    clearInterval(timer)
  }
  return longest
}

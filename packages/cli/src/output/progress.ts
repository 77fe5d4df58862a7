/** How far something long is, for the person at the terminal: nothing is shown elsewhere. */
export interface ProgressBar {
  update(done: number): void
  stop(): void
}

const silent: ProgressBar = { update: () => {}, stop: () => {} }

/** A bar with the rate and the time left; without a total, the count and the rate. @param unit - of what is counted, such as `sessions` */
export async function startProgress(unit: string, total?: number): Promise<ProgressBar> {
  if (process.stderr.isTTY !== true || process.env.TERM === 'dumb') return silent
  const { SingleBar, Presets } = await import('cli-progress').then((module) => module.default)
  const begin = performance.now()
  const rateOf = (done: number): string => Math.round((done * 1000) / Math.max(performance.now() - begin, 1)).toString()
  const format =
    total === undefined
      ? `{value} ${unit}, {rate}/s, {duration_formatted}`
      : `{bar} {percentage} % · {value} of {total} ${unit} · {rate}/s · {eta_formatted} left`
  const options = { format, stream: process.stderr, hideCursor: true, clearOnComplete: true, etaBuffer: 100 }
  const bar = new SingleBar(options, Presets.shades_classic)
  bar.start(total ?? 0, 0, { rate: '0' })
  return {
    update: (done) => bar.update(done, { rate: rateOf(done) }),
    stop: () => bar.stop(),
  }
}

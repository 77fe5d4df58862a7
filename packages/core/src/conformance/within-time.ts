/** Waits for work, but not for ever. @param what - what has not happened then, for the message */
export async function withinTime<T>(ms: number, what: string, work: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`${what} after ${ms} ms.`)), ms)
  try {
    return await Promise.race([work(), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

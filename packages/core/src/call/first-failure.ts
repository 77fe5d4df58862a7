/**
 * All values once each has settled, or the failure of the first one, in the order of the list, that failed. No rejection is
 * left unheard.
 */
export async function firstFailure<T>(values: readonly (T | Promise<T>)[]): Promise<T[]> {
  const results = await Promise.allSettled(values)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value as T
  })
}

/**
 * `work`, done once for each value: a write that is attempted again pays only for what is new. It keeps everything, so it is made for one
 * call and goes with it.
 */
export function kept<K, V>(work: (value: K) => V): (value: K) => V {
  const results = new Map<K, { result: V }>()
  return (value) => {
    const known = results.get(value)
    if (known !== undefined) return known.result
    const result = work(value)
    results.set(value, { result })
    return result
  }
}

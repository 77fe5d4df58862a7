/** Takes as long wherever the difference is. */
export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length
  for (let index = 0; index < one.length; index++) difference |= (one[index] as number) ^ (other[index] ?? 0)
  return difference === 0
}

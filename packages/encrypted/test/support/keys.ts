/** Keys of the tests: 32 bytes that count up from a number. */
export function testKey(first = 0): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => (first + index) % 256)
}

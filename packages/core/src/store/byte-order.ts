/** Compares by UTF-8 bytes, which is by code points; `<` compares UTF-16 units, and puts U+FFFF after U+10000. */
export function byteOrder(a: string, b: string): number {
  if (a === b) return 0
  let index = 0
  while (index < a.length && a[index] === b[index]) index++
  return rank(a, index) - rank(b, index)
}

/** The end of a text comes first, and surrogates, which make code points beyond U+FFFF, last. */
function rank(text: string, index: number): number {
  if (index >= text.length) return -1
  const unit = text.charCodeAt(index)
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit
}

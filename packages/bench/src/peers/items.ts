import type { Item } from './contender.ts'

/** Items as a chat has them: some 200 characters, users and assistants in turn, no two of them alike. */
export function items(count: number, from = 0): Item[] {
  return Array.from({ length: count }, (_, index) => ({
    role: (from + index) % 2 === 0 ? 'user' : 'assistant',
    content: `message ${from + index} `.repeat(15),
  }))
}

/** What differs, in words; nothing where these are those items, in this order. */
export function difference(
  got: readonly (Item | undefined)[],
  expected: readonly (Item | undefined)[],
): string | undefined {
  if (got.length !== expected.length) return `${got.length} items instead of ${expected.length}`
  const differs = got.findIndex((item, index) => {
    return item?.role !== expected[index]?.role || item?.content !== expected[index]?.content
  })
  if (differs === -1) return undefined
  const place = expected.findIndex((item) => item?.content === got[differs]?.content)
  return place === -1
    ? `item ${differs + 1} is none of those expected`
    : `item ${place + 1} stands at place ${differs + 1}`
}

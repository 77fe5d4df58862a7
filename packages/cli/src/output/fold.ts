/** How long a line may be that reaches a terminal, in UTF-16 units. */
const longestLine = 4_000

/** The same text in lines that a terminal can take: a longer one is broken where the terminal would, between characters. */
export function fold(text: string, columns: number): string {
  if (text.length <= longestLine) return text
  return text
    .split('\n')
    .flatMap((line) => (line.length <= longestLine ? [line] : [...broken(line, Math.max(columns, 20))]))
    .join('\n')
}

/** The beginning of a text, and how many more UTF-16 units it has: never half a character. */
export function excerpt(text: string, limit: number): { text: string; more: number } {
  if (text.length <= limit) return { text, more: 0 }
  const end = whole(text, limit)
  return { text: text.slice(0, end), more: text.length - end }
}

function* broken(line: string, columns: number): Iterable<string> {
  for (let start = 0; start < line.length; ) {
    const end = whole(line, start + columns)
    yield line.slice(start, end)
    start = end
  }
}

/** The place itself, or the one before it where that lies within a surrogate pair. */
function whole(text: string, place: number): number {
  const unit = text.charCodeAt(place)
  return unit >= 0xdc00 && unit <= 0xdfff && place > 0 ? place - 1 : place
}

/** The longest line, in UTF-16 units: a record of 16 MiB, each of whose characters JSON writes as six and then once more. */
const maxLine = 256 * 1024 * 1024

/**
 * The lines of a file that is read in pieces, such as a `ReadStream` or standard input, for `importSessions`; without the ends of lines.
 * @throws RangeError for a line that no export has
 */
export async function* linesOf(
  chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  // Joined only where the line ends: a long one comes in many pieces.
  let pieces: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      pieces.push(text.slice(start, end))
      yield pieces.length === 1 ? (pieces[0] as string) : pieces.join('')
      pieces = []
      length = 0
      start = end + 1
    }
    if (start === text.length) continue
    pieces.push(start === 0 ? text : text.slice(start))
    length += text.length - start
    if (length > maxLine) throw new RangeError('A line is longer than any line of an export.')
  }
  pieces.push(decoder.decode())
  const last = pieces.join('')
  if (last !== '') yield last
}

/** What a driver hands over of a value before it interprets it: bytes of UTF-8, or the text of them. */
export type Raw = Uint8Array | string | null | undefined

/** The text of a value, whose column the statement has made a text. */
export function decode(raw: Raw): string | null {
  if (raw === null || raw === undefined) return null
  if (typeof raw === 'string') return raw
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8')
}

/** The collation of what is no text (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_character_set.html). */
const binary = 63

/** The one of the first column that is a text, of those that MySQL or MariaDB describe with a result. */
export function charsetOf(collations: readonly (number | undefined)[]): number | undefined {
  return collations.find((collation) => collation !== undefined && collation !== binary)
}

/**
 * What may not reach a terminal as it is, with what a person sees in its place: control characters, those of C1 and escape sequences among
 * them (ECMA-48), what turns the direction of text or hides it (Unicode's format characters, its line and paragraph separators, tags), and
 * lone surrogates. Of format characters, the two joiners stay: scripts and emoji need them. No file but this one decides that.
 */
const hostile = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115F\u1160\u3164\uFFA0]/gu
/** More marks on one letter than any script has would be drawn over the lines around. */
const stacked = /(\p{M}{8})\p{M}+/gu
const joiners: ReadonlySet<string> = new Set(['\u200c', '\u200d'])
const fewer = /[^\x20-\x7e\n\t]/

/** A text as a person may see it: `\x1b` and `\u202e` stand for such characters. Line ends and tabs stay. */
export function visible(text: string): string {
  if (!fewer.test(text)) return text.replaceAll('\t', '    ')
  return text
    .replaceAll(/\r\n/g, '\n')
    .replaceAll(hostile, (character) => (character === '\n' || joiners.has(character) ? character : named(character)))
    .replaceAll(stacked, '$1…')
}

/** The same in one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '⏎')
}

/** JSON that says the same, in which those characters are escaped. `JSON.stringify` escapes the first 32 alone. */
export function visibleJSON(json: string): string {
  if (!fewer.test(json)) return json
  return json.replaceAll(hostile, (character) => [...unitsOf(character)].map(escaped).join(''))
}

function named(character: string): string {
  if (character === '\t') return '    '
  const point = character.codePointAt(0) ?? 0
  if (point < 0x100) return `\\x${point.toString(16).padStart(2, '0')}`
  return point < 0x10000 ? escaped(point) : `\\u{${point.toString(16)}}`
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}

function* unitsOf(text: string): Iterable<number> {
  for (let index = 0; index < text.length; index++) yield text.charCodeAt(index)
}

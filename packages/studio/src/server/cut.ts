import type { CutText } from '../shared/api.ts'

/** Of a longer text, a page of entries has the beginning; in UTF-16 units. */
const longest = 20_000
const shown = 2_000

/** The value with long texts cut. Nothing is copied that need not be. */
export function cutTexts(value: unknown): unknown {
  if (typeof value === 'string') return value.length > longest ? cutText(value) : value
  if (Array.isArray(value)) return value.map(cutTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cutTexts(inner)]))
}

/** Whether a record is so short that it holds no such text. */
export function isShort(record: string): boolean {
  return record.length <= longest
}

function cutText(text: string): CutText {
  return { $cut: beginning(text), length: text.length }
}

/** How a text begins, without half a character at its end. */
export function beginning(text: string): string {
  return text.slice(0, shown).toWellFormed()
}

import { bytesText } from '../output/humane.ts'
import type { Block, Part } from './block.ts'
import type { FoundEntry } from './entries.ts'
import { type Fields, isMessage, itemKind, type Speaker } from './item-kind.ts'

/** Of items of the SDK for TypeScript, of Python's, and of any other: whatever it is, something is shown of it. */
export function blockOf({ item, problem }: FoundEntry): Block {
  if (problem !== undefined) return { speaker: 'other', title: 'unreadable', parts: [{ text: problem, isNote: true }] }
  const fields: Fields = isObject(item) ? item : { value: item }
  if ('__enc__' in fields)
    return { speaker: 'other', title: 'encrypted', parts: [{ text: sealedText(fields), isNote: true }] }
  const kind = itemKind(fields)
  return { ...kind, parts: partsBySpeaker[kind.speaker]?.(fields) ?? partsOfMessage(fields) }
}

const partsBySpeaker: Partial<Record<Speaker, (fields: Fields) => Part[] | undefined>> = {
  reasoning: thoughts,
  result: outputOf,
  call: inputOf,
}

/** What is no message is shown as it is. */
function partsOfMessage(fields: Fields): Part[] {
  return isMessage(fields) ? partsOf(fields.content) : [{ text: json(fields) }]
}

/** An envelope that was not opened. */
function sealedText({ kid }: Fields): string {
  return `under the key ${typeof kid === 'string' ? kid : ''}: --key opens it`
}

/** What a person would look for in an item: its texts, without what is about them. */
export function textsOf(entry: FoundEntry): string[] {
  return blockOf(entry).parts.flatMap(({ text, isNote }) => (isNote === true ? [] : [text]))
}

function inputOf({ arguments: given, action, operation, output }: Fields): Part[] {
  const input = given ?? action ?? operation
  const parts = input === undefined ? [] : [{ text: typeof input === 'string' ? indented(input) : json(input) }]
  return output === undefined || output === null ? parts : [...parts, ...partsOf(output)]
}

function outputOf({ output }: Fields): Part[] {
  if (typeof output === 'string') return [{ text: indented(output) }]
  return partsOf(output)
}

function thoughts({ content, rawContent, summary }: Fields): Part[] {
  const parts = [content, summary, rawContent].map(partsOf).find((found) => found.length > 0)
  return parts ?? [{ text: 'encrypted, or empty', isNote: true }]
}

function partsOf(content: unknown): Part[] {
  if (typeof content === 'string') return [{ text: content }]
  if (content === undefined || content === null) return []
  return (Array.isArray(content) ? content : [content]).map(partOf)
}

function partOf(content: unknown): Part {
  if (!isObject(content)) return { text: typeof content === 'string' ? content : json(content) }
  const { type } = content
  for (const text of [content.text, content.refusal, content.transcript]) if (typeof text === 'string') return { text }
  const [, kind] = /(image|file|audio|screenshot)/.exec(typeof type === 'string' ? type : '') ?? []
  return kind === undefined ? { text: json(content) } : { text: `[${kind}${about(content)}]`, isNote: true }
}

/** What is known of a file without its bytes. */
function about(content: Fields): string {
  const { filename, name } = content
  const called = [filename, name].find((value) => typeof value === 'string')
  const sources = ['image', 'image_url', 'data', 'file', 'file_data', 'file_id', 'fileId', 'audio', 'url', 'id']
  const source = sources.map((key) => content[key]).find((value) => value !== undefined && value !== null)
  return [called, sourceText(source)].flatMap((text) => (text === undefined ? [] : [` ${String(text)}`])).join('')
}

function sourceText(source: unknown): string | undefined {
  if (typeof source === 'string') {
    const [, mime = ''] = /^data:([\w./+-]*)/.exec(source) ?? []
    return source.length > 200 || mime !== '' ? `${mime} ${bytesText(source.length)}`.trim() : source
  }
  if (source instanceof Uint8Array) return bytesText(source.byteLength)
  if (!isObject(source)) return undefined
  return sourceText(source.url ?? source.id ?? source.data ?? source.filename)
}

/** JSON on more than one line, where it is JSON. */
function indented(text: string): string {
  if (text.length > 100_000 || !/^\s*[[{]/.test(text)) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? String(value)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

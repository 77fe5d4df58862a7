import type { Fields } from '@sessions/cli/items'
import type { CutText } from '../src/shared/api.ts'

/** Something in an item that is no text. */
export interface Media {
  kind: 'image' | 'audio' | 'file'
  /** Its bytes, as a data url; nothing is fetched from elsewhere. */
  data?: string
  /** What it is called, or where it is. */
  about: string
  /** Whether its bytes are there but were too many for the page. */
  isCut: boolean
}

const kinds = /(image|screenshot|audio|file)/
const sources = [
  'image',
  'image_url',
  'audio',
  'input_audio',
  'file',
  'file_data',
  'data',
  'url',
  'file_url',
  'result',
  'id',
  'fileId',
  'file_id',
]

/** What a part of a message or of a result holds, where that is no text. */
export function mediaOf(part: Fields): Media | undefined {
  const [, found] = kinds.exec(typeof part.type === 'string' ? part.type : '') ?? []
  if (found === undefined) return undefined
  const kind = found === 'screenshot' ? 'image' : (found as Media['kind'])
  const source = sources.map((key) => part[key]).find((value) => value !== undefined && value !== null)
  const name = [part.filename, part.name, fieldsOf(source)?.filename].find((value) => typeof value === 'string')
  const mime = mimeOf(part, kind)
  return { kind, about: String(name ?? ''), isCut: false, ...from(source, mime) }
}

function from(source: unknown, mime: string): Partial<Media> {
  if (isCut(source)) return { isCut: true, ...(source.$cut.startsWith('data:') ? {} : { about: '' }) }
  if (typeof source === 'string') {
    if (source.startsWith('data:')) return { data: source }
    if (/^[\w+/]{40,}={0,2}$/.test(source)) return { data: `data:${mime};base64,${source}` }
    return { about: source }
  }
  const fields = fieldsOf(source)
  if (fields === undefined) return {}
  if (typeof fields.$bytes === 'string') return { data: `data:${mime};base64,${fields.$bytes}` }
  if (isCut(fields.$bytes)) return { isCut: true }
  const inner = sources.map((key) => fields[key]).find((value) => value !== undefined && value !== null)
  return from(inner, mimeOf(fields, 'file', mime))
}

/** What it says it is; a picture without a word is a PNG, which browsers look into anyway. */
function mimeOf({ mediaType, media_type: other, format }: Fields, kind: Media['kind'], fallback?: string): string {
  const given = [mediaType, other].find((value) => typeof value === 'string')
  if (typeof given === 'string' && /^[\w.+-]+\/[\w.+-]+$/.test(given)) return given
  if (kind === 'audio' || fallback?.startsWith('audio/'))
    return `audio/${typeof format === 'string' && /^\w+$/.test(format) ? format : 'wav'}`
  return fallback ?? (kind === 'image' ? 'image/png' : 'application/octet-stream')
}

/** Whether a page of entries has only its beginning. */
export function isCut(value: unknown): value is CutText {
  return typeof fieldsOf(value)?.$cut === 'string'
}

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

/** Of which sort a data url says it is: only such a picture is given to the browser as one. */
export function isData(url: string, kind: 'image' | 'audio'): boolean {
  return url.startsWith(`data:${kind}/`)
}

import { isBytes } from '../../call/describe.ts'
import { base64Of } from '../base64.ts'

const base64: ReturnType<typeof base64Of> = base64Of(globalThis)

/** Data as the SDK sends it: a `data:` URL where its type is known, else base64. `undefined` for what is no data. */
export function asDataUrl(data: unknown, mediaType: unknown): string | undefined {
  if (typeof data === 'string' && data.startsWith('data:')) return data
  const text =
    typeof data === 'string'
      ? data
      : typeof data === 'object' && data !== null && isBytes(data)
        ? base64.encode(data)
        : undefined
  if (text === undefined || text === '') return undefined
  return typeof mediaType === 'string' && mediaType !== '' ? `data:${mediaType};base64,${text}` : text
}

import { type Fields, isFields, malformed, providerData, sentOf, without } from './fields.ts'
import { asDataUrl } from './inline-data.ts'

/** What both SDKs have in a list of inputs: in messages of users, and in what tools give. `undefined`: JavaScript cannot say it. */
export function inputPartToJs(part: Fields, at: string): Fields | undefined {
  switch (part.type) {
    case 'input_text':
      if (typeof part.text !== 'string') throw malformed(`${at}.text`, 'a string')
      return { type: 'input_text', text: part.text, ...beside(part, ['type', 'text']) }
    case 'input_image':
      return { type: 'input_image', ...imageToJs(part), ...detailToJs(part), ...beside(part, imageNames) }
    case 'input_file':
      return { type: 'input_file', ...fileToJs(part), ...named(part), ...beside(part, fileNames) }
    case 'input_audio':
      return audioToJs(part)
    default:
      return undefined
  }
}

/** @throws SESSION_RECORD_CORRUPT where it is no part of the JavaScript SDK's */
export function inputPartToPython(part: Fields, at: string): Fields {
  switch (part.type) {
    case 'input_text':
      return { type: 'input_text', text: part.text, ...alongside(part, ['type', 'text']) }
    case 'input_image':
      return { type: 'input_image', ...detailOf(part), ...imageToPython(part), ...alongside(part, imageNames) }
    case 'input_file':
      return { type: 'input_file', ...fileToPython(part), ...named(part), ...alongside(part, fileNames) }
    case 'audio':
      return audioToPython(part)
    default:
      throw malformed(`${at}.type`, 'one of a user’s input')
  }
}

const imageNames = ['type', 'detail', 'image_url', 'file_id']
const fileNames = ['type', 'file_data', 'file_url', 'file_id', 'filename']
const breakpoint = 'prompt_cache_breakpoint'

/** What Python has beyond the fields of the JavaScript SDK's part. */
function beside(part: Fields, own: readonly string[]): Fields {
  const mark = part[breakpoint]
  return {
    ...(isFields(mark) && { promptCacheBreakpoint: mark }),
    ...providerData(without(part, isFields(mark) ? [...own, breakpoint] : own)),
  }
}

function alongside({ promptCacheBreakpoint: mark, providerData: kept }: Fields, own: readonly string[]): Fields {
  return { ...(mark ? { [breakpoint]: mark } : {}), ...sentOf(kept, own) }
}

function imageToJs({ image_url: url, file_id: id }: Fields): Fields {
  if (typeof url === 'string') return { image: url }
  return typeof id === 'string' ? { image: { id } } : {}
}

function imageToPython({ image, imageUrl, fileId }: Fields): Fields {
  if (typeof image === 'string') return { image_url: image }
  if (isFields(image) && typeof image.id === 'string') return { file_id: image.id }
  if (typeof imageUrl === 'string') return { image_url: imageUrl }
  return typeof fileId === 'string' ? { file_id: fileId } : {}
}

function detailToJs({ detail }: Fields): Fields {
  return typeof detail === 'string' ? { detail } : {}
}

function detailOf({ detail }: Fields): Fields {
  return { detail: detail ?? 'auto' }
}

/** The SDK takes a string for data only where it looks like it; else it goes by another field, which it sends as it is. */
function fileToJs({ file_id: id, file_url: url, file_data: data }: Fields): Fields {
  if (typeof id === 'string') return { file: { id } }
  if (typeof url === 'string') return { file: { url } }
  if (typeof data !== 'string') return {}
  return looksLikeData(data) ? { file: data } : { fileData: data }
}

function fileToPython({ file, fileData, fileUrl, fileId }: Fields): Fields {
  if (typeof file === 'string') return fileText(file.trim())
  if (isFields(file) && typeof file.id === 'string') return { file_id: file.id }
  if (isFields(file) && typeof file.url === 'string') return { file_url: file.url }
  if (typeof fileData === 'string') return { file_data: fileData }
  if (typeof fileUrl === 'string') return { file_url: fileUrl }
  return typeof fileId === 'string' ? { file_id: fileId } : {}
}

function fileText(file: string): Fields {
  return looksLikeData(file) ? { file_data: file } : { file_url: file }
}

function looksLikeData(text: string): boolean {
  return (
    text.trim() === text && (text.startsWith('data:') || (!/^https?:/.test(text) && /^[A-Za-z0-9+/=]+$/.test(text)))
  )
}

function named({ filename }: Fields): Fields {
  return typeof filename === 'string' && filename !== '' ? { filename } : {}
}

function audioToJs({ input_audio: audio }: Fields): Fields | undefined {
  if (!isFields(audio) || typeof audio.data !== 'string') return undefined
  return { type: 'audio', audio: audio.data, ...(typeof audio.format === 'string' && { format: audio.format }) }
}

function audioToPython({ audio, format }: Fields): Fields {
  if (isFields(audio) && typeof audio.id === 'string') return { type: 'input_file', file_id: audio.id }
  return { type: 'input_audio', input_audio: { data: audio, ...(typeof format === 'string' && { format }) } }
}

/** What tools of the JavaScript SDK give without a list: an image or a file. */
export function toolOutputToPython(output: Fields): Fields {
  return output.type === 'image' ? outputImage(output) : outputFile(output)
}

function outputImage({ image, imageUrl, fileId, data, detail, ...output }: Fields): Fields {
  const shown = typeof detail === 'string' ? { detail } : {}
  const part = (place: Fields): Fields => ({ type: 'input_image', ...place, ...shown })
  if (typeof image === 'string') return part({ image_url: image })
  if (isFields(image)) {
    if (typeof image.url === 'string') return part({ image_url: image.url })
    const inline = asDataUrl(image.data, image.mediaType ?? image.mimeType ?? output.mediaType ?? output.mimeType)
    if (inline !== undefined) return part({ image_url: inline })
    return part({ file_id: image.fileId ?? image.id })
  }
  if (typeof imageUrl === 'string') return part({ image_url: imageUrl })
  if (typeof fileId === 'string') return part({ file_id: fileId })
  return part({ image_url: asDataUrl(data, output.mediaType ?? output.mimeType) })
}

function outputFile({ file }: Fields): Fields {
  if (typeof file === 'string') return { type: 'input_file', ...fileText(file.trim()) }
  const { data, mediaType, url, id, fileId, ...rest } = isFields(file) ? file : {}
  const inline = asDataUrl(data, mediaType ?? 'text/plain')
  // The SDK takes it for a text then, as any other.
  if (inline !== undefined) return { type: 'input_file', file_data: inline.trim(), ...named(rest) }
  if (typeof url === 'string') return { type: 'input_file', file_url: url, ...named(rest) }
  return { type: 'input_file', file_id: id ?? fileId, ...named(rest) }
}

import { type Fields, isFields } from './fields.ts'

const onlyJs = new Set(['function_call_result', 'computer_call_result', 'hosted_tool_call', 'unknown'])
const jsPartNames = ['providerData', 'image', 'file', 'fileData', 'audio', 'promptCacheBreakpoint']

/**
 * Whether a record holds an item as the JavaScript SDK has it: stored before the codec was chosen. What means the same in both SDKs
 * counts as Python's.
 */
export function isJsForm(item: Fields): boolean {
  const { type, role, summary, content } = item
  if (Object.hasOwn(item, 'providerData') || onlyJs.has(type as string)) return true
  if (Object.hasOwn(item, 'callId') && !Object.hasOwn(item, 'call_id')) return true
  if (type === 'reasoning') return summary === undefined && Array.isArray(content)
  if (type === 'compaction') return typeof item.encryptedContent === 'string'
  if (type !== undefined && type !== 'message') return false
  if (typeof role !== 'string' || !Array.isArray(content)) return false
  return content.some((part) => isJsPart(part)) || (role === 'assistant' && isJsAnswer(item))
}

function isJsPart(part: unknown): boolean {
  return isFields(part) && jsPartNames.some((name) => Object.hasOwn(part, name))
}

/** Python's answers of a model have annotations, those of a program have no status. */
function isJsAnswer({ status, content }: Fields): boolean {
  const texts = (content as readonly unknown[]).filter((part) => isFields(part) && part.type === 'output_text')
  return (
    typeof status === 'string' &&
    texts.length > 0 &&
    texts.every((part) => !Object.hasOwn(part as Fields, 'annotations'))
  )
}

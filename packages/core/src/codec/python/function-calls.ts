import { asList, each, type Fields, isFields, malformed } from './fields.ts'
import { inputPartToJs, inputPartToPython, toolOutputToPython } from './parts.ts'
import { unknown } from './unknown.ts'
import { caller, type Field, itemId, mapped, maybeText, same, text, type Variant } from './variant.ts'

export const functionCall: Variant = mapped(
  { python: 'function_call' },
  {
    id: itemId(true),
    call_id: text('callId'),
    name: text('name'),
    namespace: maybeText('namespace'),
    arguments: text('arguments'),
    status: maybeText('status'),
    caller,
  },
  { twice: ['id', 'type'], always: true },
)

/** What a function gave: a text, or a list of texts, images and files. */
const output: Field = {
  js: 'output',
  required: true,
  toJs(value, at) {
    if (typeof value === 'string') return { type: 'text', text: value }
    return each(value, at, (part, place) => {
      const turned = inputPartToJs(part, place)
      if (turned === undefined || turned.type === 'audio') throw malformed(`${place}.type`, 'one of an output')
      return turned
    })
  },
  toPython(value, at) {
    if (typeof value === 'string') return value
    if (!isFields(value)) return asList(value, at).map((part, index) => outputPart(part, `${at}[${index}]`))
    if (value.type === 'text' && typeof value.text === 'string') return value.text
    if (value.type === 'image' || value.type === 'file') return [toolOutputToPython(value)]
    throw malformed(at, 'an output')
  },
}

/** In an output nothing is sent of `providerData`, and a detail only where there is one. */
function outputPart(part: unknown, at: string): Fields {
  if (!isFields(part) || part.type === 'audio') throw malformed(at, 'a part of an output')
  const turned = inputPartToPython({ ...part, providerData: undefined, promptCacheBreakpoint: undefined }, at)
  if (part.type !== 'input_image' || part.detail) return turned
  const { detail: _, ...image } = turned
  return image
}

/** The name is no field of Python's: see `complete` of the codec. */
const named: Field = { ...same('name'), toJs: () => undefined, toPython: () => undefined }
/** Nor is the namespace, which is only kept. */
const namespace: Field = { ...maybeText('namespace'), toPython: () => undefined }

const result: Variant = mapped(
  {
    python: 'function_call_output',
    js: 'function_call_result',
    note: 'the name of the function is found from its call',
  },
  { id: itemId(), call_id: text('callId'), name: named, namespace, status: maybeText('status'), output, caller },
  { defaults: { status: 'completed' } },
)

export const functionResult: Variant = {
  ...result,
  toJs(item) {
    const { call_id: callId, name } = item
    // The API allows a result without the id of its call; the JavaScript SDK does not.
    if (callId === undefined || callId === null) return unknown.toJs(item)
    return { ...result.toJs(item), name: typeof name === 'string' ? name : callId }
  },
}

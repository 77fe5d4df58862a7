import {
  asFields,
  asList,
  asText,
  each,
  type Fields,
  isFields,
  malformed,
  providerData,
  sentOf,
  without,
} from './fields.ts'
import { inputPartToJs, inputPartToPython } from './parts.ts'
import { unknown } from './unknown.ts'
import { itemId, type Variant } from './variant.ts'

const input = ['id', 'role', 'content', 'phase']
const output = ['type', 'id', 'role', 'content', 'status', 'phase']

/** What a user says: a text, or parts. */
export const user: Variant = {
  python: 'message (user)',
  js: 'message (user)',
  note: 'a part of a kind that the JavaScript SDK does not have makes the message an `unknown` item, which it sends as it is',
  toJs(item) {
    const content = typeof item.content === 'string' ? item.content : partsToJs(item.content)
    return content === undefined ? unknown.toJs(item) : inputMessage(item, content)
  },
  toPython(item) {
    const content = typeof item.content === 'string' ? item.content : each(item.content, 'content', inputPartToPython)
    return { ...own(item, content), ...sentOf(item.providerData, input) }
  },
}

/** What the program says for itself: in JavaScript, a text. */
export const system: Variant = {
  python: 'message (system)',
  js: 'message (system)',
  note: 'a list of parts makes it an `unknown` item in JavaScript, which is sent as it is',
  toJs: (item) => (typeof item.content === 'string' ? inputMessage(item, item.content) : unknown.toJs(checked(item))),
  toPython: (item) => ({ ...own(item, asText(item.content, 'content')), ...sentOf(item.providerData, input) }),
}

/** The JavaScript SDK has no such role. */
export const developer: Variant = {
  python: 'message (developer)',
  js: 'unknown',
  note: 'the JavaScript SDK has no such role; it sends the `unknown` item as it is',
  toJs: (item) => unknown.toJs(checked(item)),
  toPython: unknown.toPython,
}

/** What the model says. */
export const assistant: Variant = {
  python: 'message (assistant)',
  js: 'message (assistant)',
  note: '`annotations` and `logprobs` stand in `providerData` of a part; audio and images of a model have no like in Python',
  toJs(item) {
    const content = outputToJs(item.content)
    if (content === undefined) return unknown.toJs(item)
    const { phase } = item
    const said = phase === 'commentary' || phase === 'final_answer' ? { phase } : {}
    const message = { ...own(item, content, true), ...said }
    // A text alone is what a program wrote, who has nothing beside it.
    const kept = { ...without(item, output), ...said }
    return {
      ...(typeof item.status !== 'string' && { status: 'completed' }),
      ...message,
      ...(item.type === 'message' ? { providerData: kept } : providerData(kept)),
    }
  },
  toPython(item) {
    const { phase = isFields(item.providerData) ? item.providerData.phase : undefined } = item
    return {
      type: 'message',
      ...own(item, each(item.content, 'content', outputPartToPython)),
      ...(phase !== undefined && { phase }),
      ...sentOf(item.providerData, output),
    }
  },
}

/** The fields that both have, in the order of the item. */
function own(item: Fields, content: unknown, toJs = false): Fields {
  const id = itemId(item.role === 'assistant')
  const turned = Object.entries(item).flatMap(([name, value]) => {
    if (name === 'content') return [[name, content]]
    if (name === 'id')
      return [[name, toJs ? id.toJs(value, name) : value === undefined ? value : id.toPython(value, name)]]
    const isOwn = name === 'type' || name === 'role' || (name === 'status' && item.role === 'assistant')
    return isOwn && value !== null ? [[name, value]] : []
  })
  return without(Object.fromEntries(turned), [])
}

function inputMessage(item: Fields, content: unknown): Fields {
  return { ...own(item, content, true), ...providerData(without(item, ['type', 'id', 'role', 'content'])) }
}

function partsToJs(content: unknown): Fields[] | undefined {
  const parts = each(content, 'content', inputPartToJs)
  return parts.every((part) => part !== undefined) ? parts : undefined
}

function checked(item: Fields): Fields {
  if (typeof item.content !== 'string') each(item.content, 'content', (part) => part)
  return item
}

/** `undefined` where there is a part that the JavaScript SDK does not have. */
function outputToJs(content: unknown): Fields[] | undefined {
  if (typeof content === 'string') return [{ type: 'output_text', text: content }]
  const parts = asList(content, 'content').map((part, index) => outputPartToJs(part, `content[${index}]`))
  return parts.every((part) => part !== undefined) ? parts : undefined
}

function outputPartToJs(given: unknown, at: string): Fields | undefined {
  const part = asFields(given, at)
  const said = part.type === 'output_text' ? 'text' : part.type === 'refusal' ? 'refusal' : undefined
  if (said === undefined) return undefined
  return {
    type: part.type,
    [said]: asText(part[said], `${at}.${said}`),
    ...providerData(without(part, ['type', said])),
  }
}

function outputPartToPython(part: Fields, at: string): Fields {
  switch (part.type) {
    case 'output_text': {
      const { annotations } = isFields(part.providerData) ? part.providerData : {}
      return {
        type: 'output_text',
        text: asText(part.text, `${at}.text`),
        annotations: Array.isArray(annotations) ? annotations : [],
        ...sentOf(part.providerData, ['type', 'text', 'annotations']),
      }
    }
    case 'refusal':
      return {
        type: 'refusal',
        refusal: asText(part.refusal, `${at}.refusal`),
        ...sentOf(part.providerData, ['type', 'refusal']),
      }
    case 'audio':
      return { type: 'output_text', text: typeof part.transcript === 'string' ? part.transcript : '', annotations: [] }
    case 'image':
      return { type: 'output_text', text: '', annotations: [] }
    default:
      throw malformed(`${at}.type`, 'one of a model’s output')
  }
}

import { asText, each, type Fields, isFields, sentOf, without } from './fields.ts'
import { type Field, itemId, mapped, maybeText, same, text, type Variant } from './variant.ts'

/** What a model thought: summaries for people, and what only its maker can read. */
const summary: Field = {
  js: 'content',
  required: true,
  toJs: (value, at) =>
    each(value, at, (part, place) => ({
      type: 'input_text',
      text: asText(part.text, `${place}.text`),
      providerData: without(part, ['text']),
    })),
  toPython: (value, at) =>
    each(value, at, (part, place) => ({
      type: 'summary_text',
      text: asText(part.text, `${place}.text`),
      ...sentOf(part.providerData, ['type', 'text']),
    })),
}

const thought: Variant = mapped(
  { python: 'reasoning', note: '`encrypted_content` and `content` stand in `providerData`' },
  { id: itemId(), summary },
  { twice: ['id', 'type'], always: true },
)

export const reasoning: Variant = {
  ...thought,
  toPython(item) {
    const sent = thought.toPython(item)
    return typeof sent.encrypted_content === 'string' ? sent : without(sent, ['encrypted_content'])
  },
}

export const compaction: Variant = mapped(
  { python: 'compaction' },
  { id: itemId(), encrypted_content: text('encrypted_content'), created_by: maybeText('created_by') },
  { sent: [] },
)

const searchStatus: Field = maybeText('status')

const search = { id: itemId(), status: searchStatus }

export const toolSearchCall: Variant = searching(
  mapped({ python: 'tool_search_call' }, { ...search, arguments: same('arguments', true) }, { always: true }),
)

/** Tools that were found, which the JavaScript SDK keeps with names of its own. */
const tools: Field = {
  js: 'tools',
  required: true,
  toJs: (value, at) => each(value, at, toolToJs),
  toPython: (value, at) => each(value, at, toolToPython),
}

export const toolSearchOutput: Variant = searching(
  mapped({ python: 'tool_search_output' }, { ...search, tools }, { always: true }),
)

/** Whose call it is stands in `providerData`, or in the item. */
function searching(variant: Variant): Variant {
  return {
    ...variant,
    toPython(item) {
      const kept = isFields(item.providerData) ? item.providerData : {}
      const callId = [kept.call_id, kept.callId, item.call_id, item.callId].find((id) => typeof id === 'string' && id)
      const execution = [item.execution, kept.execution].find((kind) => kind === 'client' || kind === 'server')
      return {
        ...without(variant.toPython(item), ['call_id', 'execution']),
        ...(callId !== undefined && { call_id: callId }),
        ...(execution !== undefined && { execution }),
      }
    },
  }
}

const names = [
  ['function_name', 'functionName'],
  ['defer_loading', 'deferLoading'],
  ['allowed_callers', 'allowedCallers'],
  ['output_schema', 'outputSchema'],
] as const

function toolToJs(tool: Fields): Fields {
  return turnedTool(tool, new Map(names), toolToJs)
}

function toolToPython(tool: Fields): Fields {
  return turnedTool(tool, new Map(names.map(([python, js]) => [js, python])), toolToPython)
}

function turnedTool(tool: Fields, to: ReadonlyMap<string, string>, turn: (tool: Fields) => Fields): Fields {
  const isTurned = tool.type === 'function' || tool.type === 'tool_reference'
  if (tool.type === 'namespace' && Array.isArray(tool.tools)) return { ...tool, tools: each(tool.tools, 'tools', turn) }
  if (!isTurned) return tool
  return Object.fromEntries(Object.entries(tool).map(([name, value]) => [to.get(name) ?? name, value]))
}

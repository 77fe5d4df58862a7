import { asText, type Fields, isFields, malformed, snakeCased, without } from './fields.ts'
import { unknown } from './unknown.ts'
import { caller, noId, type Variant } from './variant.ts'

/** What the JavaScript SDK takes as the status of a hosted tool; with another one it sends nothing at all. */
const statuses: { readonly [python: string]: readonly string[] } = {
  web_search_call: ['in_progress', 'completed', 'searching', 'failed'],
  file_search_call: ['in_progress', 'completed', 'searching', 'failed', 'incomplete'],
  code_interpreter_call: ['in_progress', 'completed', 'interpreting'],
  image_generation_call: ['in_progress', 'completed', 'generating', 'failed'],
}

/** Those kinds of hosted tools have no status of their own there. */
const mcp = ['mcp_list_tools', 'mcp_approval_request', 'mcp_approval_response', 'mcp_call']

/** Whose caller the JavaScript SDK does not send. */
const uncalled = ['web_search_call', 'file_search_call', 'image_generation_call']

/** Which field of Python's is the `output` of the JavaScript SDK's. It is kept in `providerData` too, whence it is sent. */
const outputs: { readonly [python: string]: string } = { image_generation_call: 'result', mcp_call: 'output' }

/** What is required of each, as the JavaScript SDK reads it without looking. */
const required: { readonly [python: string]: readonly string[] } = {
  mcp_approval_request: ['name', 'arguments', 'server_label'],
  mcp_approval_response: ['approval_request_id'],
  mcp_call: ['name', 'arguments', 'server_label'],
}

export const hostedTools: readonly Variant[] = [...Object.keys(statuses), ...mcp].map((python) => ({
  python,
  js: `hosted_tool_call (${python})`,
  ...(statuses[python] !== undefined && {
    note: 'with a status that the JavaScript SDK does not know, an `unknown` item',
  }),
  toJs: (item) => hostedToJs(python, item),
  toPython: hostedToPython,
}))

function hostedToJs(python: string, item: Fields): Fields {
  if (item.id === noId.python) return hostedToJs(python, without(item, ['id']))
  for (const name of required[python] ?? []) asText(item[name], name)
  const known = statuses[python]
  const { id, status } = item
  const { action } = item
  if (known !== undefined && !known.includes(status as string)) return unknown.toJs(item)
  if (python === 'web_search_call' && action !== undefined && !(isFields(action) && typeof action.type === 'string')) {
    throw malformed('action', 'an action')
  }
  const called = caller.toJs(item.caller, 'caller')
  const output = item[outputs[python] ?? '']
  return {
    type: 'hosted_tool_call',
    ...(typeof id === 'string' && { id }),
    name: python,
    status: known === undefined ? 'completed' : status,
    ...(typeof output === 'string' && { output }),
    ...(called !== undefined && { caller: called }),
    providerData: without(item, [
      ...(known === undefined ? [] : ['status']),
      ...(called === undefined ? [] : ['caller']),
    ]),
  }
}

/** Any hosted tool call of the JavaScript SDK's: which tool it was stands in `providerData`, or is its name. */
export function hostedToPython(item: Fields): Fields {
  const { id, name, status, output, providerData: data } = item
  const kept = isFields(data) ? data : {}
  const python = kindOf(kept.type, name)
  if (python === undefined) throw malformed('name', 'that of a hosted tool')
  const called = uncalled.includes(python) ? undefined : caller.toPython(item.caller, 'caller')
  const result = outputs[python]
  const sent = snakeCased(kept) as Fields
  return without(
    {
      ...sent,
      type: python,
      id: idOf(python, kept.id, id),
      ...(statuses[python] !== undefined && { status: status ?? 'failed' }),
      ...(result !== undefined && typeof output === 'string' && { [result]: kept[result] ?? output }),
      ...given(python, kept),
      ...(called !== undefined && { caller: called }),
    },
    [],
  )
}

/** Which id the JavaScript SDK sends. */
function idOf(python: string, kept: unknown, own: unknown): unknown {
  if (python === 'mcp_approval_response') return kept
  return python === 'mcp_call' || python === 'mcp_approval_request' ? (kept ?? own) : own
}

/** Fields that the JavaScript SDK takes from `providerData` as they are, or that it always sends. */
function given(python: string, kept: Fields): Fields {
  switch (python) {
    case 'file_search_call':
      return { queries: kept.queries ?? [], results: kept.results }
    case 'code_interpreter_call':
      return { code: kept.code ?? '', outputs: kept.outputs ?? kept.results ?? [], container_id: kept.container_id }
    default:
      return {}
  }
}

/** Older versions of the SDK wrote the name of the tool without `_call`. */
function kindOf(type: unknown, name: unknown): string | undefined {
  const said = [type, name].flatMap((kind) => [kind, `${kind}_call`])
  return said.find((kind): kind is string => typeof kind === 'string' && (kind in statuses || mcp.includes(kind)))
}

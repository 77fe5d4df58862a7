type Fields = { readonly [field: string]: unknown }

/** The fields of a kind, as `ResponseInputItemParam` of openai 3.6.0 has them: those that must be there, and those that may be. */
type Kind = readonly [required: string, optional: string]

const items: { readonly [type: string]: Kind } = {
  'message user': ['role content', 'type status'],
  'message system': ['role content', 'type status'],
  'message developer': ['role content', 'type status'],
  'message assistant': ['role content', 'id type status phase'],
  function_call: ['call_id name arguments', 'id type status namespace caller'],
  function_call_output: ['call_id output', 'id type status caller'],
  reasoning: ['id summary', 'type content encrypted_content status'],
  web_search_call: ['id action status', 'type'],
  compaction: ['encrypted_content', 'id type'],
}

const parts: { readonly [type: string]: Kind } = {
  input_text: ['type text', 'prompt_cache_breakpoint'],
  input_image: ['type', 'detail image_url file_id prompt_cache_breakpoint'],
  input_file: ['type', 'detail file_data file_id file_url filename prompt_cache_breakpoint'],
  output_text: ['type text annotations', 'logprobs'],
  refusal: ['type refusal', ''],
  summary_text: ['type text', ''],
  reasoning_text: ['type text', ''],
}

/** Why the API answers a list of input items with 400; `undefined` where it takes it. */
export function refusalOf(input: readonly Fields[]): string | undefined {
  const calls = new Set(input.filter(({ type }) => type === 'function_call').map((call) => call.call_id))
  const results = new Set(input.filter(({ type }) => type === 'function_call_output').map((result) => result.call_id))
  for (const [index, item] of input.entries()) {
    const at = `input[${index}]`
    const type = item.role === undefined ? String(item.type) : `message ${item.role}`
    const refusal = misfit(item, items[type], at) ?? misfitPart(item, at)
    if (refusal !== undefined) return refusal
    if (type === 'function_call' && !results.has(item.call_id)) return `No tool output found for ${at}`
    if (type === 'function_call_output' && !calls.has(item.call_id)) return `No tool call found for ${at}`
  }
  return undefined
}

function misfitPart(item: Fields, at: string): string | undefined {
  for (const name of ['content', 'output', 'summary']) {
    const list = item[name]
    if (!Array.isArray(list)) continue
    for (const [index, part] of list.entries()) {
      const refusal = misfit(part, parts[part.type], `${at}.${name}[${index}]`)
      if (refusal !== undefined) return refusal
    }
  }
  return undefined
}

function misfit(fields: Fields, kind: Kind | undefined, at: string): string | undefined {
  if (kind === undefined) return `Invalid value: '${at}.type'`
  const [required, optional] = kind.map((names) => names.split(' ')) as [string[], string[]]
  const missing = required.find((name) => fields[name] === undefined || fields[name] === null)
  if (missing !== undefined) return `Missing required parameter: '${at}.${missing}'`
  const unknown = Object.keys(fields).find((name) => ![...required, ...optional].includes(name))
  return unknown === undefined ? undefined : `Unknown parameter: '${at}.${unknown}'`
}

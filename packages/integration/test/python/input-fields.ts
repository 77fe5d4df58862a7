type Fields = Record<string, unknown>

/**
 * The fields of each kind of input item of the Responses API (`ResponseInputItem` of openai 7.57.0): those that must be there, then those that
 * may be. A list stands for the kinds of its elements.
 */
const items: Readonly<Record<string, readonly [required: string, optional?: string]>> = {
  user: ['role content', 'type status id'],
  system: ['role content', 'type status id'],
  developer: ['role content', 'type status id'],
  // Without an id it is one that a program wrote.
  assistant: ['role content', 'type status id phase'],
  function_call: ['type call_id name arguments', 'id namespace status caller'],
  function_call_output: ['type call_id output', 'id status caller'],
  reasoning: ['type id summary', 'encrypted_content content status'],
  web_search_call: ['type id status action'],
  file_search_call: ['type id queries status', 'results'],
  code_interpreter_call: ['type id code container_id outputs status', 'caller'],
  image_generation_call: ['type id result status'],
  // Its declaration wants `pending_safety_checks`; the JavaScript SDK says that the API refuses empty ones of earlier turns, and sends none.
  computer_call: ['type id call_id status', 'action actions pending_safety_checks'],
  computer_call_output: ['type call_id output', 'id acknowledged_safety_checks status'],
  local_shell_call: ['type id call_id status action'],
  // Python's runner names the call by `call_id`, the declaration by `id`.
  local_shell_call_output: ['type output', 'id call_id status'],
  shell_call: ['type call_id action', 'id status environment caller'],
  shell_call_output: ['type call_id output', 'id status max_output_length caller'],
  apply_patch_call: ['type call_id status operation', 'id caller'],
  apply_patch_call_output: ['type call_id status', 'id output caller'],
  mcp_list_tools: ['type id server_label tools', 'error'],
  mcp_approval_request: ['type id arguments name server_label'],
  mcp_approval_response: ['type approval_request_id approve', 'id reason'],
  mcp_call: ['type id arguments name server_label', 'output error status approval_request_id'],
  tool_search_call: ['type arguments', 'id call_id execution status'],
  tool_search_output: ['type tools', 'id call_id execution status'],
  custom_tool_call: ['type call_id name input', 'id namespace caller'],
  custom_tool_call_output: ['type call_id output', 'id caller'],
  item_reference: ['id', 'type'],
  compaction: ['type encrypted_content', 'id'],
  program: ['type id call_id code fingerprint'],
  program_output: ['type id call_id result status'],
}

const parts: Readonly<Record<string, readonly [required: string, optional?: string]>> = {
  input_text: ['type text', 'prompt_cache_breakpoint'],
  input_image: ['type', 'detail image_url file_id prompt_cache_breakpoint'],
  input_file: ['type', 'file_id file_url file_data filename detail prompt_cache_breakpoint'],
  output_text: ['type text', 'annotations logprobs'],
  refusal: ['type refusal'],
  summary_text: ['type text'],
  reasoning_text: ['type text'],
  computer_screenshot: ['type', 'image_url file_id'],
}

/** What the API refuses of an input, in its words: unknown kinds, unknown fields, missing fields. */
export function refusalOf(input: unknown): string | undefined {
  if (!Array.isArray(input)) return 'input is no list'
  return input.map((item, index) => refusalOfItem(item as Fields, `input[${index}]`)).find((found) => found)
}

function refusalOfItem(item: Fields, at: string): string | undefined {
  const isMessage = item.type === 'message' || (item.type === undefined && item.role !== undefined)
  const kind = String(isMessage ? item.role : (item.type ?? 'item_reference'))
  const known = Object.hasOwn(items, kind) ? items[kind] : undefined
  if (known === undefined) return `Invalid value: '${kind}' at ${at}`
  const lists = ['content', 'summary', 'output'].filter((name) => hasParts(kind, name))
  return (
    refusalOfFields(item, known, at) ??
    lists.map((name) => refusalOfParts(item[name], `${at}.${name}`)).find((found) => found)
  )
}

function hasParts(kind: string, name: string): boolean {
  return name !== 'output' || ['function_call_output', 'custom_tool_call_output', 'computer_call_output'].includes(kind)
}

function refusalOfParts(value: unknown, at: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return ([value].flat() as Fields[])
    .map((part, index) => {
      const known = Object.hasOwn(parts, String(part.type)) ? parts[String(part.type)] : undefined
      if (known === undefined) return `Invalid value: '${part.type}' at ${at}[${index}]`
      return refusalOfFields(part, known, `${at}[${index}]`)
    })
    .find((found) => found)
}

function refusalOfFields(
  value: Fields,
  [required, optional = '']: readonly [string, string?],
  at: string,
): string | undefined {
  const must = required.split(' ')
  const names = [...must, ...optional.split(' ')]
  const unknown = Object.keys(value).find((name) => !names.includes(name))
  if (unknown !== undefined) return `Unknown parameter: '${at}.${unknown}'`
  const missing = must.find((name) => !Object.hasOwn(value, name))
  return missing === undefined ? undefined : `Missing required parameter: '${at}.${missing}'`
}

import fc from 'fast-check'
import { json } from './json-values.ts'

type Items = fc.Arbitrary<Record<string, unknown>>

/** Short, since there are many; with what JSON escapes. */
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('', 'Grüße\n"', '\u0000', '\ud800', '$bytes', '__proto__'),
)
const id = fc.constantFrom('id_1', 'id_2', 'call_1', '__fake_id__')
const status = fc.constantFrom('in_progress', 'completed', 'incomplete')
const caller = fc.constantFrom({ type: 'direct' }, { type: 'program', caller_id: 'p' }, null)
const url = fc.constantFrom('https://example.com/a.png', 'data:image/png;base64,AAAA', 'AAAA', 'not base64!', ' ')
const breakpoint = fc.constant({ mode: 'explicit' })

/** Fields that are there, that may be missing, and now and then one that nobody knows. */
function item(
  required: Record<string, fc.Arbitrary<unknown>>,
  optional: Record<string, fc.Arbitrary<unknown>> = {},
): Items {
  return fc
    .tuple(
      fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) }),
      fc.option(
        fc.dictionary(fc.constantFrom('new_field', 'newField', 'provider_data', 'a/b~c', '__proto__'), json, {
          maxKeys: 2,
        }),
        { freq: 4 },
      ),
    )
    .map(([known, more]) => ({ ...more, ...known })) as Items
}

const typed = (type: string): fc.Arbitrary<string> => fc.constant(type)
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value)

const inputPart = fc.oneof(
  item({ type: typed('input_text'), text }, { prompt_cache_breakpoint: breakpoint }),
  item(
    { type: typed('input_image'), detail: fc.constantFrom('low', 'auto') },
    { image_url: maybe(url), file_id: maybe(id) },
  ),
  item(
    { type: typed('input_file') },
    { file_id: maybe(id), file_url: maybe(url), file_data: maybe(url), filename: text },
  ),
)
const outputPart = fc.oneof(
  item(
    { type: typed('output_text'), text, annotations: fc.array(json, { maxLength: 2 }) },
    { logprobs: fc.array(json, { maxLength: 1 }) },
  ),
  item({ type: typed('refusal'), refusal: text }),
)
const otherPart = item(
  { type: fc.constantFrom('input_audio', 'new_part') },
  { input_audio: fc.constant({ data: 'AA', format: 'wav' }) },
)
const list = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { maxLength: 3 })

/** Every variant of `ResponseInputItemParam` (openai 3.6.0), by its name in the table of the documents. */
export const pythonItems: Record<string, Items> = {
  'message (user)': item(
    { role: typed('user'), content: fc.oneof(text, list(fc.oneof({ weight: 9, arbitrary: inputPart }, otherPart))) },
    { type: typed('message'), status, id: maybe(id) },
  ),
  'message (system)': item(
    { role: typed('system'), content: fc.oneof(text, list(inputPart)) },
    { type: typed('message') },
  ),
  'message (developer)': item(
    { role: typed('developer'), content: fc.oneof(text, list(inputPart)) },
    { type: typed('message') },
  ),
  'message (assistant)': fc.oneof(
    item(
      { role: typed('assistant'), content: text },
      { type: typed('message'), phase: fc.constantFrom('commentary', null) },
    ),
    item(
      { id, type: typed('message'), role: typed('assistant'), status, content: list(outputPart) },
      { phase: fc.constantFrom('final_answer', null) },
    ),
    item({ role: typed('assistant'), content: list(fc.oneof(outputPart, inputPart)) }),
  ),
  function_call: item(
    { type: typed('function_call'), call_id: id, name: text, arguments: text },
    { id, namespace: maybe(text), status: maybe(status), caller },
  ),
  function_call_output: item(
    { type: typed('function_call_output'), call_id: id, output: fc.oneof(text, list(inputPart)) },
    { id: maybe(id), status: maybe(status), caller, name: text, namespace: text },
  ),
  reasoning: item(
    { type: typed('reasoning'), id, summary: list(item({ type: typed('summary_text'), text })) },
    { encrypted_content: maybe(text), content: list(item({ type: typed('reasoning_text'), text })), status },
  ),
  web_search_call: item({
    type: typed('web_search_call'),
    id,
    status: fc.oneof(status, typed('searching')),
    action: fc.constantFrom(
      { type: 'search', query: 'q', sources: [{ type: 'url', url: 'u' }] },
      { type: 'open_page', url: null },
    ),
  }),
  file_search_call: item(
    { type: typed('file_search_call'), id, queries: list(text), status },
    { results: maybe(list(item({ file_id: id, score: fc.double({ noNaN: true, noDefaultInfinity: true }) }))) },
  ),
  code_interpreter_call: item({
    type: typed('code_interpreter_call'),
    id,
    code: maybe(text),
    container_id: text,
    outputs: maybe(list(json)),
    status: fc.oneof(status, typed('failed')),
  }),
  image_generation_call: item({ type: typed('image_generation_call'), id, result: maybe(text), status }),
  computer_call: item(
    { type: typed('computer_call'), id, call_id: id, status, pending_safety_checks: list(json) },
    {
      action: fc.constant({ type: 'click', x: 1, y: 2, button: 'left' }),
      actions: fc.constant([{ type: 'screenshot' }]),
    },
  ),
  computer_call_output: item(
    {
      type: typed('computer_call_output'),
      call_id: id,
      output: item({ type: typed('computer_screenshot') }, { image_url: url, file_id: id }),
    },
    { id: maybe(id), acknowledged_safety_checks: maybe(list(json)), status: maybe(status) },
  ),
  local_shell_call: item({
    type: typed('local_shell_call'),
    id,
    call_id: id,
    status,
    action: item({ type: typed('exec'), command: list(text), env: fc.constantFrom({ PATH: '/bin' }, { home: '/' }) }),
  }),
  local_shell_call_output: item(
    { type: typed('local_shell_call_output'), id, output: text },
    { status: maybe(status) },
  ),
  shell_call: item(
    {
      type: typed('shell_call'),
      call_id: id,
      action: item({ commands: list(text) }, { timeout_ms: maybe(fc.nat()), max_output_length: maybe(fc.nat()) }),
    },
    { id: maybe(id), status: maybe(status), environment: fc.constantFrom({ type: 'local' }, null), caller },
  ),
  shell_call_output: item(
    {
      type: typed('shell_call_output'),
      call_id: id,
      output: list(
        item({
          stdout: text,
          stderr: text,
          outcome: fc.constantFrom({ type: 'timeout' }, { type: 'exit', exit_code: 1 }),
        }),
      ),
    },
    { id: maybe(id), max_output_length: maybe(fc.nat()), status: maybe(status), caller },
  ),
  apply_patch_call: item(
    {
      type: typed('apply_patch_call'),
      call_id: id,
      status: fc.constantFrom('in_progress', 'completed'),
      operation: fc.constantFrom(
        { type: 'create_file', path: 'a', diff: '+' },
        { type: 'delete_file', path: 'a' },
        { type: 'update_file', path: 'a', diff: '-', move_to: 'b' },
      ),
    },
    { id: maybe(id), caller },
  ),
  apply_patch_call_output: item(
    { type: typed('apply_patch_call_output'), call_id: id, status: fc.constantFrom('completed', 'failed') },
    { id: maybe(id), output: maybe(text), caller },
  ),
  mcp_list_tools: item(
    { type: typed('mcp_list_tools'), id, server_label: text, tools: list(item({ name: text, input_schema: json })) },
    { error: maybe(text) },
  ),
  mcp_approval_request: item({
    type: typed('mcp_approval_request'),
    id,
    arguments: text,
    name: text,
    server_label: text,
  }),
  mcp_approval_response: item(
    { type: typed('mcp_approval_response'), approval_request_id: id, approve: fc.boolean() },
    { id: maybe(id), reason: maybe(text) },
  ),
  mcp_call: item(
    { type: typed('mcp_call'), id, arguments: text, name: text, server_label: text },
    { output: maybe(text), error: maybe(fc.oneof(text, json)), status, approval_request_id: maybe(id) },
  ),
  tool_search_call: item(
    { type: typed('tool_search_call'), arguments: json },
    { id: maybe(id), call_id: maybe(id), execution: fc.constantFrom('server', 'client'), status: maybe(status) },
  ),
  tool_search_output: item(
    {
      type: typed('tool_search_output'),
      tools: list(
        fc.constantFrom(
          { type: 'tool_reference', function_name: 'f' },
          { type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'g', defer_loading: true }] },
          { type: 'mcp' },
        ),
      ),
    },
    { id: maybe(id), call_id: maybe(id), execution: fc.constantFrom('server', 'client'), status: maybe(status) },
  ),
  custom_tool_call: item({ type: typed('custom_tool_call'), call_id: id, name: text, input: text }, { id, caller }),
  custom_tool_call_output: item(
    { type: typed('custom_tool_call_output'), call_id: id, output: fc.oneof(text, list(inputPart)) },
    { id },
  ),
  item_reference: item({ id }, { type: fc.constantFrom('item_reference', null) }),
  compaction: item({ type: typed('compaction'), encrypted_content: text }, { id: maybe(id), created_by: text }),
  compaction_trigger: item({ type: typed('compaction_trigger') }),
  additional_tools: item(
    { type: typed('additional_tools'), role: typed('developer'), tools: list(json) },
    { id: maybe(id) },
  ),
  program: item({ type: typed('program'), id, call_id: id, code: text, fingerprint: text }),
  program_output: item({
    type: typed('program_output'),
    id,
    call_id: id,
    result: text,
    status: fc.constantFrom('completed', 'incomplete'),
  }),
  'of a later version': item({ type: typed('a_new_type') }, { id, call_id: id, output: json }),
}

import fc from 'fast-check'
import { json } from './json-values.ts'

type Items = fc.Arbitrary<Record<string, unknown>>

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('', 'Grüße\n"', '\u0000', '\ud800', '$bytes', '$python'),
)
const id = fc.constantFrom('id_1', 'id_2', 'call_1', 'FAKE_ID')
const status = fc.constantFrom('in_progress', 'completed', 'incomplete')
const caller = fc.constantFrom({ type: 'direct' }, { type: 'program', callerId: 'p' }, undefined)
const bytes = fc.uint8Array({ maxLength: 4 })
const place = fc.constantFrom(
  'https://example.com/a',
  'http://example.com/a',
  'data:image/png;base64,AAAA',
  'AAAA',
  'not base64!',
  ' AA ',
)
const typed = (type: string): fc.Arbitrary<string> => fc.constant(type)
const list = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { maxLength: 3 })

/** What the SDK keeps beside an item: snake_case of the API, camelCase of programs, and now and then bytes. */
const kept = fc.dictionary(
  fc.constantFrom(
    'id',
    'type',
    'logprobs',
    'annotations',
    'userNote',
    'encrypted_content',
    'environment',
    'phase',
    'status',
    '__proto__',
    '_agents_tool_title',
  ),
  fc.oneof({ weight: 9, arbitrary: json }, bytes),
  { maxKeys: 3 },
)

function item(
  required: Record<string, fc.Arbitrary<unknown>>,
  optional: Record<string, fc.Arbitrary<unknown>> = {},
): Items {
  return fc
    .tuple(
      fc.record(
        { ...required, providerData: fc.option(kept, { nil: undefined }), ...optional },
        { requiredKeys: Object.keys(required) as never[] },
      ),
      fc.option(
        fc.dictionary(fc.constantFrom('newField', '$python', '_agents_tool_title', 'call_id'), json, { maxKeys: 2 }),
        { freq: 6 },
      ),
    )
    .map(([known, more]) => ({ ...more, ...known })) as Items
}

const inputPart = fc.oneof(
  item({ type: typed('input_text'), text }, { promptCacheBreakpoint: fc.constant({ mode: 'explicit' }) }),
  item({ type: typed('input_image') }, { image: fc.oneof(place, fc.record({ id })), detail: typed('low') }),
  item(
    { type: typed('input_file') },
    { file: fc.oneof(place, fc.record({ id }), fc.record({ url: place })), filename: text },
  ),
)
const audio = item(
  { type: typed('audio'), audio: fc.oneof(text, fc.record({ id })) },
  { format: fc.constantFrom('wav', null), transcript: fc.constantFrom('hi', null) },
)
const outputPart = fc.oneof(
  item({ type: typed('output_text'), text }),
  item({ type: typed('refusal'), refusal: text }),
  audio,
  item({ type: typed('image'), image: text }),
)
const toolOutput = fc.oneof(
  text,
  item({ type: typed('text'), text }),
  list(inputPart),
  item(
    { type: typed('image') },
    {
      image: fc.oneof(
        place,
        fc.record({ data: fc.oneof(text, bytes), mediaType: typed('image/png') }),
        fc.record({ url: place }),
        fc.record({ fileId: id }),
      ),
      detail: typed('low'),
    },
  ),
  item({
    type: typed('file'),
    file: fc.oneof(
      place,
      fc.record({ data: fc.oneof(text, bytes), mediaType: typed('text/plain'), filename: text }),
      fc.record({ url: place, filename: text }),
      fc.record({ id }),
    ),
  }),
)
const hosted = [
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_list_tools',
  'mcp_call',
  'mcp_approval_request',
  'mcp_approval_response',
  'web_search',
  'anything',
]
const action = fc.constantFrom({ type: 'screenshot' }, { type: 'click', x: 1, y: 2, button: 'left' })

/** Every variant of `AgentInputItem` (`@openai/agents` 0.20.0), and what is none. */
export const jsItems: Record<string, Items> = {
  'message (user)': item(
    { role: typed('user'), content: fc.oneof(text, list(fc.oneof({ weight: 9, arbitrary: inputPart }, audio))) },
    { type: typed('message'), id },
  ),
  'message (system)': item({ role: typed('system'), content: text }, { type: typed('message'), id }),
  'message (assistant)': item(
    { role: typed('assistant'), status, content: list(outputPart) },
    { type: typed('message'), id, phase: fc.constantFrom('commentary', 'final_answer') },
  ),
  function_call: item(
    { type: typed('function_call'), callId: id, name: text, arguments: text },
    { id, namespace: text, status, caller },
  ),
  function_call_result: item(
    { type: typed('function_call_result'), callId: id, name: text, status, output: toolOutput },
    { id, namespace: text, caller },
  ),
  hosted_tool_call: item(
    { type: typed('hosted_tool_call'), name: fc.constantFrom(...hosted) },
    {
      id,
      arguments: text,
      status: fc.oneof(status, typed('failed')),
      output: text,
      caller,
      providerData: fc.record(
        { type: fc.constantFrom(...hosted), id, action: json, result: json, tools: list(json) },
        { requiredKeys: [] },
      ),
    },
  ),
  reasoning: item(
    { type: typed('reasoning'), content: list(item({ type: typed('input_text'), text })) },
    { id, rawContent: list(item({ type: typed('reasoning_text'), text })) },
  ),
  computer_call: item(
    { type: typed('computer_call'), callId: id, status },
    { id, action, actions: fc.array(action, { minLength: 1, maxLength: 2 }) },
  ),
  computer_call_result: item(
    {
      type: typed('computer_call_result'),
      callId: id,
      output: item({ type: typed('computer_screenshot'), data: place }),
    },
    { id },
  ),
  shell_call: item(
    {
      type: typed('shell_call'),
      callId: id,
      action: fc.record(
        { commands: list(text), timeoutMs: fc.nat(), maxOutputLength: fc.nat() },
        { requiredKeys: ['commands'] },
      ),
    },
    { id, status, caller },
  ),
  shell_call_output: item(
    {
      type: typed('shell_call_output'),
      callId: id,
      output: list(
        item({
          stdout: text,
          stderr: text,
          outcome: fc.constantFrom(
            { type: 'timeout' },
            { type: 'exit', exitCode: null },
            { type: 'exit', exitCode: 2 },
          ),
        }),
      ),
    },
    { id, status, maxOutputLength: fc.nat(), caller },
  ),
  apply_patch_call: item(
    {
      type: typed('apply_patch_call'),
      callId: id,
      status: fc.constantFrom('in_progress', 'completed'),
      operation: fc.constantFrom(
        { type: 'create_file', path: 'a', diff: '+' },
        { type: 'update_file', path: 'a', diff: '-', moveTo: 'b' },
      ),
    },
    { id, caller },
  ),
  apply_patch_call_output: item(
    { type: typed('apply_patch_call_output'), callId: id, status: fc.constantFrom('completed', 'failed') },
    { id, output: text, caller },
  ),
  tool_search_call: item(
    { type: typed('tool_search_call'), arguments: json },
    { id, call_id: id, callId: id, execution: fc.constantFrom('client', 'server'), status },
  ),
  tool_search_output: item(
    {
      type: typed('tool_search_output'),
      tools: list(
        fc.constantFrom(
          { type: 'tool_reference', functionName: 'f' },
          { type: 'function', name: 'f', deferLoading: true },
        ),
      ),
    },
    { id, callId: id, execution: fc.constantFrom('client', 'server'), status, toolSearchAgentName: text },
  ),
  program: item({ type: typed('program'), callId: id, code: text, fingerprint: text }, { id }),
  program_output: item(
    { type: typed('program_output'), callId: id, output: text, status: fc.constantFrom('completed', 'incomplete') },
    { id },
  ),
  compaction: item({ type: typed('compaction'), encrypted_content: text }, { id, created_by: text }),
  unknown: item(
    { type: typed('unknown') },
    { id, providerData: fc.oneof(kept, fc.constant({ type: 'function_call', call_id: 'c' }), json) },
  ),
  'of another library': item({}, { role: text, type: text, content: json, bytes }),
}

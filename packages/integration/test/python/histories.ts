const output = (text: string): object => ({ type: 'output_text', text, annotations: [], logprobs: [] })

export const answer = (id: string, text: string): object => ({
  id,
  content: [output(text)],
  role: 'assistant',
  status: 'completed',
  type: 'message',
})

const cited = {
  ...output('Here.'),
  annotations: [{ type: 'url_citation', start_index: 0, end_index: 4, title: 'T', url: 'https://example.com' }],
}

/** One turn as Python's runner stores it, for most kinds of item: written by hand after its source (0.22.0), not recorded. */
export const pythonTurns: Readonly<Record<string, readonly object[]>> = {
  text: [{ content: 'Hi', role: 'user' }, answer('msg_1', 'Hello.')],
  'text of a program': [
    { content: 'Hi', role: 'user' },
    { content: 'Hello.', role: 'assistant' },
  ],
  'roles of programs': [
    { content: 'Be brief.', role: 'developer' },
    { content: 'Be kind.', role: 'system' },
    { content: [{ type: 'input_text', text: 'Hi' }], role: 'user' },
  ],
  'images and files': [
    {
      role: 'user',
      content: [
        { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,AAAA' },
        { type: 'input_image', detail: 'low', file_id: 'file_1' },
        { type: 'input_file', file_id: 'file_2' },
        { type: 'input_file', file_data: 'data:text/plain;base64,AAAA', filename: 'a.txt' },
      ],
    },
  ],
  'a tool and reasoning': [
    { content: 'Weather?', role: 'user' },
    { id: 'rs_1', summary: [{ text: 'Ask.', type: 'summary_text' }], type: 'reasoning', encrypted_content: 'gAAA' },
    { arguments: '{}', call_id: 'c1', name: 'weather', type: 'function_call', id: 'fc_1', status: 'completed' },
    { call_id: 'c1', output: 'sunny', type: 'function_call_output' },
    answer('msg_2', 'Sunny.'),
  ],
  'a tool that gives an image': [
    { arguments: '{}', call_id: 'c2', name: 'draw', type: 'function_call', id: 'fc_2', status: 'completed' },
    {
      call_id: 'c2',
      output: [{ type: 'input_image', image_url: 'https://example.com/a' }],
      type: 'function_call_output',
    },
  ],
  'a refusal': [
    {
      id: 'msg_3',
      content: [{ refusal: 'No.', type: 'refusal' }],
      role: 'assistant',
      status: 'completed',
      type: 'message',
    },
  ],
  'a search with its sources': [
    { id: 'ws_1', action: { query: 'q', type: 'search' }, status: 'completed', type: 'web_search_call' },
    { id: 'fs_1', queries: ['q'], status: 'completed', type: 'file_search_call' },
    { id: 'msg_4', content: [cited], role: 'assistant', status: 'completed', type: 'message' },
  ],
  'hosted tools': [
    { id: 'ci_1', code: '1', container_id: 'ct', outputs: [], status: 'completed', type: 'code_interpreter_call' },
    { id: 'ig_1', result: 'AAAA', status: 'completed', type: 'image_generation_call' },
    { id: 'ml_1', server_label: 's', tools: [{ input_schema: {}, name: 't' }], type: 'mcp_list_tools' },
    { id: 'mr_1', arguments: '{}', name: 't', server_label: 's', type: 'mcp_approval_request' },
    { approval_request_id: 'mr_1', approve: true, type: 'mcp_approval_response' },
    { id: 'mc_1', arguments: '{}', name: 't', server_label: 's', output: 'o', type: 'mcp_call' },
  ],
  'a computer': [
    {
      id: 'cc_1',
      call_id: 'cc',
      action: { type: 'screenshot' },
      pending_safety_checks: [],
      status: 'completed',
      type: 'computer_call',
    },
    {
      call_id: 'cc',
      output: { type: 'computer_screenshot', image_url: 'data:image/png;base64,AAAA' },
      type: 'computer_call_output',
    },
  ],
  shells: [
    { call_id: 's1', action: { commands: ['ls'] }, id: 'sc_1', status: 'completed', type: 'shell_call' },
    {
      call_id: 's1',
      output: [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }],
      type: 'shell_call_output',
    },
    {
      id: 'ls_1',
      call_id: 'l1',
      action: { type: 'exec', command: ['ls'], env: {} },
      status: 'completed',
      type: 'local_shell_call',
    },
    { call_id: 'l1', output: 'a', type: 'local_shell_call_output' },
  ],
  'a patch': [
    {
      call_id: 'a1',
      operation: { type: 'create_file', path: 'a', diff: '+' },
      status: 'completed',
      id: 'ap_1',
      type: 'apply_patch_call',
    },
    { call_id: 'a1', status: 'completed', output: 'ok', type: 'apply_patch_call_output' },
  ],
  'a custom tool': [
    { call_id: 'u1', input: 'x', name: 'grammar', type: 'custom_tool_call', id: 'ctc_1' },
    { call_id: 'u1', output: 'y', type: 'custom_tool_call_output' },
  ],
  'what was compacted': [{ encrypted_content: 'gAAA', type: 'compaction', id: 'cmp_1' }],
}

import { pythonCodec } from '@sessions/core/python'
import { SQLiteSession } from '@sessions/sqlite'

export const user = (content: string) => ({ role: 'user', content }) as const
export const answer = (text: string) => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
})
const call = { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{}' }
const result = { type: 'function_call_output', call_id: 'c1', output: 'seen' }

/** One conversation of two turns in `main`, and a branch `other` in which the second one is another. */
export const history = [
  ['tables'],
  ['add', 'main', [user('one'), call, result, answer('1')]],
  ['add', 'main', [user('two'), answer('2')]],
  ['branch', 'main', 'other', 2],
  ['add', 'other', [user('two, rather'), answer('2, rather')]],
  ['add', 'main', [user('three')]],
  ['usage', 'main', 1, 2, 100, 10, 60, 4],
  ['usage', 'main', 2, 1, 50, 5, 0, 0],
  ['usage', 'other', 2, 7, 7, 7, 7, 7],
]
export const main = [user('one'), call, result, answer('1'), user('two'), answer('2'), user('three')]
export const other = [...main.slice(0, 4), user('two, rather'), answer('2, rather')]

export const open = (path: string, branch: string) =>
  new SQLiteSession<object>({ sessionId: 's', path, branch, codec: pythonCodec })
export const texts = (items: readonly object[]): unknown[] =>
  items.map((item) => JSON.parse(pythonCodec.encode(item) as string))

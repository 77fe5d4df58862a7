import { type OpenStore, operationsOf } from '@sessions/cli/program'
import type { ExportRequest } from '../shared/doing.ts'
import { Refusal } from './failure.ts'

/**
 * Sessions as lines of JSON, as they are read. What is wrong with the first one is known before anything is sent; of what goes wrong later,
 * the answer breaks off and has no last line.
 * @throws Refusal where one of them is not there
 */
export async function exportLines(opened: OpenStore, { ids }: ExportRequest, signal: AbortSignal): Promise<Response> {
  if (ids.length === 0) throw new Refusal(400, 'There is nothing to export.')
  for (const id of ids) {
    if ((await opened.store.getSessionInfo(id)) === undefined) throw new Refusal(404, `There is no session ${id}.`)
  }
  const { exportSessions } = await operationsOf(opened)
  const pieces = exportSessions(opened.store, { sessionIds: ids, signal }).pieces()[Symbol.asyncIterator]()
  const first = await pieces.next()
  const bytes = async function* (): AsyncIterable<Uint8Array> {
    if (first.done !== true) yield first.value
    yield* { [Symbol.asyncIterator]: () => pieces }
  }
  return new Response(ReadableStream.from(bytes()), { headers: { 'Content-Type': 'application/jsonl' } })
}

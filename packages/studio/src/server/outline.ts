import { type Fields, itemKind } from '@sessions/cli/items'
import type { OpenStore } from '@sessions/cli/program'
import { yieldIfLong } from '@sessions/core'
import type { Outline, Trouble } from '../shared/api.ts'
import { isAnswered, outcomeOf } from '../shared/outcome.ts'
import { pageEntry, type ReadEntry, readPage } from './entries.ts'

const stride = 500
/** Entries that are looked through, from the newest back, and troubles that are told. */
const most = { entries: 200_000, troubles: 500 }

interface Call {
  entry: string
  name: string
}

/** Looks through a history for its turns and for what went wrong in it. */
export async function outlineOf(opened: OpenStore, sessionId: string, signal: AbortSignal): Promise<Outline> {
  const pages: Look[][] = []
  let [entries, before, isPartial]: [number, string | undefined, boolean] = [0, undefined, false]
  for (;;) {
    signal.throwIfAborted()
    const page = await readPage(opened, sessionId, { limit: stride, ...(before !== undefined && { before }) })
    pages.push(page.entries.map(lookAt))
    entries += page.entries.length
    before = page.entries[0]?.id
    isPartial = page.older && before !== undefined && entries >= most.entries
    if (!page.older || before === undefined || isPartial) break
    await yieldIfLong()
  }
  const outline = summed(pages.toReversed().flat())
  return { ...outline, entries, isPartial }
}

/** What is kept of an entry: nothing that it says. */
interface Look {
  id: string
  isUser: boolean
  call?: Call & { callId: string }
  answer?: { callId: string; outcome: ReturnType<typeof outcomeOf> }
  isUnreadable?: true
}

function lookAt(read: ReadEntry): Look {
  const { id, item, problem } = pageEntry(read)
  if (item === undefined || problem !== undefined) return { id, isUser: false, isUnreadable: true }
  const fields: Fields = item
  const { speaker, title, callId } = itemKind(fields)
  const look: Look = { id, isUser: speaker === 'user' }
  if (callId === undefined) return look
  if (speaker === 'call' && isAnswered(fields.type)) return { ...look, call: { entry: id, name: title, callId } }
  if (speaker === 'result') return { ...look, answer: { callId, outcome: outcomeOf(fields) } }
  return look
}

function summed(looks: readonly Look[]): Pick<Outline, 'turns' | 'troubles'> {
  const open = new Map<string, Call>()
  const turns: string[] = []
  const found = new Map<string, Trouble>()
  let wasUser = false
  for (const { id, isUser, call, answer, isUnreadable } of looks) {
    if (isUser && !wasUser) turns.push(id)
    wasUser = isUser
    if (isUnreadable) found.set(id, { entry: id, what: 'unreadable', name: '' })
    if (call !== undefined) {
      open.set(call.callId, call)
      found.set(id, { entry: id, what: 'pending', name: call.name })
    }
    if (answer === undefined) continue
    const { entry, name } = open.get(answer.callId) ?? { entry: id, name: '' }
    if (answer.outcome === 'done') found.delete(entry)
    else found.set(entry, { entry, what: answer.outcome, name })
  }
  // Its run failed, or goes on.
  const last = looks.at(-1)
  if (last?.isUser) found.set(last.id, { entry: last.id, what: 'unanswered', name: '' })
  return { turns, troubles: [...found.values()].slice(0, most.troubles) }
}

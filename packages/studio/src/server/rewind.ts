import { itemKind } from '@sessions/cli/items'
import type { OpenStore } from '@sessions/cli/program'
import { yieldIfLong } from '@sessions/core'
import type { RewindPlan, RewindRequest } from '../shared/doing.ts'
import { pageEntry, readPage } from './entries.ts'
import { Refusal } from './failure.ts'
import { leaseOf } from './sessions.ts'
import { whileUnheld } from './unheld.ts'

const stride = 500

/** What stands after an entry, read page by page. @throws SESSION_CONFLICT where the entry is gone; Refusal without places */
async function planOf(opened: OpenStore, sessionId: string, entry: string, signal: AbortSignal): Promise<RewindPlan> {
  if (!opened.store.records.keepsPlaces) throw new Refusal(501, 'This store gives entries no ids.')
  const plan: RewindPlan = { removes: 0, unreadable: 0, unanswered: 0, newest: entry }
  const calls = new Set<string>()
  for (let isOver = false; !isOver; ) {
    signal.throwIfAborted()
    const page = await readPage(opened, sessionId, { limit: stride, after: plan.newest })
    for (const read of page.entries) {
      const { id, item, problem } = pageEntry(read)
      plan.next ??= id
      plan.newest = id
      plan.removes++
      if (item === undefined || problem !== undefined) plan.unreadable++
      const { speaker, callId } = item === undefined ? { speaker: 'other' } : itemKind(item)
      if (callId !== undefined && speaker === 'call') calls.add(callId)
      if (callId !== undefined && speaker === 'result' && !calls.has(callId)) plan.unanswered++
    }
    isOver = !page.newer || page.entries.length === 0
    await yieldIfLong()
  }
  return plan
}

/** The same for the page, with who is in the way. */
export async function rewindPlan(
  opened: OpenStore,
  sessionId: string,
  entry: string,
  signal: AbortSignal,
): Promise<RewindPlan> {
  const plan = await planOf(opened, sessionId, entry, signal)
  const lease = await leaseOf(opened, sessionId)
  return { ...plan, ...(lease && { lease }) }
}

/**
 * Removes what the page saw after an entry in one write, on the condition that the newest entry is still the one that it saw.
 * @throws Refusal where the session moved on, is held, or has an entry among those that cannot be read
 */
export async function rewind(opened: OpenStore, request: RewindRequest, signal: AbortSignal): Promise<void> {
  const { id, entry, newest, removes } = request
  await whileUnheld(opened, id, async (_, { assertHeld }) => {
    const plan = await planOf(opened, id, entry, signal)
    if (plan.newest !== newest || plan.removes !== removes) throw moved(plan, removes)
    if (plan.unreadable > 0) {
      throw new Refusal(
        409,
        'Among them are entries that cannot be read. They are not removed unseen: see `sessions verify`.',
      )
    }
    if (removes === 0) return
    assertHeld()
    const { status } = await opened.store.records.commit(id, { expectNewest: newest, drop: removes })
    if (status !== 'applied') throw moved(undefined, removes)
  })
}

function moved(plan: RewindPlan | undefined, saw: number): Refusal {
  const now = plan === undefined || plan.removes === saw ? 'others stand there now' : `now there are ${plan.removes}`
  return new Refusal(409, `The session moved on: ${saw} entries were to be removed, ${now}. Nothing was changed.`)
}

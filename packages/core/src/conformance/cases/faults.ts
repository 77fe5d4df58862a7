import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { SessionError } from '../../errors/session-error.ts'
import type { CaseDefinition } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { assertEqual, collect, message, messages } from '../fixtures.ts'
import type { CommitFault } from '../harness.ts'
import type { Item } from '../item.ts'
import { append } from './transactions.ts'

const secret = 'what the items say'

/** Commits under a fault: all or nothing, said as it is, and nothing of the items in what is said. */
async function commitUnder(t: CaseContext, fault: CommitFault): Promise<void> {
  const store = await t.store()
  const session = store.session<Item>(t.id())
  const kept = messages(3)
  await session.addItems(kept)
  const before = await session.info()
  const added = Array.from({ length: 5 }, (_, index) => message(`${secret} ${index}`))
  await t.failNextCommit(fault)
  const error: unknown = await session.addItems(added).then(
    () => undefined,
    (reason: unknown) => reason ?? 'nothing',
  )
  const items = await session.getItems()
  const written = items.length > kept.length
  assertEqual(items, written ? [...kept, ...added] : kept, 'the history after the fault')
  const info = await session.info()
  assert.equal(info?.itemCount, items.length, 'itemCount after the fault')
  if (!written) assertEqual(info, before, 'info() after a write that failed')
  if (t.has('list')) assertEqual(await collect(store.listSessions()), [info], 'what is listed')
  if (error === undefined) assert.ok(written, 'the call resolved, and nothing was written')
  else assertError(error, written)
  await session.addItems([message('next')])
  assertEqual(await session.getItems(1), [message('next')])
}

function assertError(error: unknown, written: boolean): void {
  assert.ok(error instanceof SessionError, `expected a SessionError, got ${error}`)
  assert.ok(error.cause !== undefined, 'the error of the driver is not the cause')
  const shown = inspect(error, { depth: 9 }) + error.message
  assert.ok(!shown.includes(secret), 'the error shows what the items hold')
  const said = 'the call was rejected as not ambiguous, and all was written'
  assert.ok(!written || error.ambiguous, said)
}

async function sendAgainAfter(t: CaseContext, fault: CommitFault): Promise<void> {
  const session = (await t.store()).session<Item>(t.id())
  await t.failNextCommit(fault)
  // It may fail as it should, or the adapter tries again by itself: what counts is what is there in the end.
  await session.applyHistoryTransaction(append('op', messages(3))).catch((error: unknown) => assertError(error, false))
  await session.applyHistoryTransaction(append('op', messages(3)))
  assertEqual(await session.getItems(), messages(3), 'the history')
}

export const faultCases: readonly CaseDefinition[] = [
  {
    id: 'faults/before-commit',
    title: 'writes all or nothing, and goes on, where the driver fails before a commit',
    store: true,
    run: (t) => commitUnder(t, 'before'),
  },
  {
    id: 'faults/in-commit',
    title: 'writes all or nothing, and goes on, where the driver fails in the middle of a commit',
    store: true,
    run: (t) => commitUnder(t, 'middle'),
  },
  {
    id: 'faults/after-commit',
    title: 'says that a write is ambiguous whose acknowledgement was lost',
    store: true,
    run: (t) => commitUnder(t, 'after'),
  },
  {
    id: 'faults/transaction-again',
    title: 'applies a transaction once that is sent again after the driver failed before it',
    store: true,
    needs: ['transactions'],
    run: (t) => sendAgainAfter(t, 'before'),
  },
  {
    id: 'faults/transaction-unheard',
    title: 'applies a transaction once that is sent again since its acknowledgement was lost',
    store: true,
    needs: ['transactions'],
    run: (t) => sendAgainAfter(t, 'after'),
  },
]

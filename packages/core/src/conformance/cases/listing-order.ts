import assert from 'node:assert/strict'
import type { SessionStore } from '../../session/session-store.ts'
import { byListingOrder } from '../../store/listing-order.ts'
import type { SessionFilter, SessionInfo } from '../../store/session-filter.ts'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import { assertEqual, collect, message } from '../fixtures.ts'
import type { Item } from '../item.ts'

/** Beginnings of ids whose order in UTF-8 is none that a language, a collation or UTF-16 has. */
const beginnings = ['A', 'a', 'b', 'Z', '_', 'é', 'e\u0301', 'ß', '\ue000', '\uff5e', '😀', '\u{10ffff}']

/** How often sessions are written at once until two of them have changed in the same millisecond. */
const maxRounds = 20

/** Whether ids of different beginnings stand next to each other with one time, so that only the order of ids can tell. */
function hasTie(infos: readonly SessionInfo[]): boolean {
  const pairs = infos.slice(1).map((info, index) => [infos[index] as SessionInfo, info] as const)
  const kind = ({ sessionId }: SessionInfo): string => sessionId.replace(/\d+$/, '')
  return pairs.some(
    ([one, other]) => one.updatedAt.getTime() === other.updatedAt.getTime() && kind(one) !== kind(other),
  )
}

/** Writes sessions at once until some have the same time. @throws CaseSkipped where none ever have */
async function writeAtOnce(store: SessionStore): Promise<SessionInfo[]> {
  const ids = beginnings.flatMap((beginning) => [1, 2, 3].map((number) => `${beginning}${number}`))
  for (let round = 0; round < maxRounds; round++) {
    await Promise.all(ids.map((id) => store.session<Item>(id).addItems([message(id)])))
    const infos = await collect(store.listSessions())
    assert.equal(infos.length, ids.length)
    if (hasTie(infos)) return infos
  }
  throw new CaseSkipped('no two sessions were changed in the same millisecond')
}

/** Page after page, each from the last session of the one before. */
async function paged(store: SessionStore, filter: SessionFilter, limit: number): Promise<SessionInfo[]> {
  const infos: SessionInfo[] = []
  for (;;) {
    const last = infos.at(-1)
    const page = await collect(store.listSessions({ ...filter, limit, ...(last && { after: last }) }))
    assert.ok(page.length <= limit, 'a page is longer than its limit')
    infos.push(...page)
    if (page.length < limit) return infos
  }
}

export const listingOrderCases: readonly CaseDefinition[] = [
  {
    id: 'list/order',
    title: 'lists sessions of the same millisecond by their ids, descending by the bytes of UTF-8',
    needs: ['list'],
    async run(t) {
      const infos = await writeAtOnce(await t.store())
      const ids = (list: readonly SessionInfo[]): string[] => list.map(({ sessionId }) => sessionId)
      assertEqual(ids(infos), ids(infos.toSorted(byListingOrder)))
    },
  },
  {
    id: 'list/after',
    title: 'goes on right after a place, so that pages are exact, also among equal times',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      await writeAtOnce(store)
      for (const prefix of ['a', '😀', 'é']) await store.session(`${prefix}1`).setMetadata({ user: 'u1' })
      const all = await collect(store.listSessions())
      const middle = all[20]?.updatedAt ?? new Date(0)
      const filters: SessionFilter[] = [
        {},
        { prefix: 'a' },
        { metadata: { user: 'u1' } },
        { updatedBefore: middle },
        { updatedAfter: middle },
      ]
      for (const filter of filters) {
        const whole = await collect(store.listSessions(filter))
        for (const limit of [1, 7, 36]) assertEqual(await paged(store, filter, limit), whole, JSON.stringify(filter))
      }
    },
  },
  {
    id: 'list/after-anything',
    title: 'goes on after a place where no session stands',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      const all = await writeAtOnce(store)
      const after = all[17] as SessionInfo
      await store.deleteSession(after.sessionId)
      assertEqual(await collect(store.listSessions({ after })), all.slice(18))
      const first = all[0]?.updatedAt.getTime() ?? 0
      const last = all.at(-1)?.updatedAt.getTime() ?? 0
      const left = all.filter((info) => info !== after)
      const from = (ms: number): SessionFilter => ({ after: { updatedAt: new Date(ms), sessionId: 'zzz' } })
      assertEqual(await collect(store.listSessions(from(first + 1))), left)
      assertEqual(await collect(store.listSessions(from(last - 1))), [])
      assertEqual(await collect(store.listSessions(from(0))), [])
      assertEqual(await collect(store.listSessions(from(8.64e15))), left)
    },
  },
]

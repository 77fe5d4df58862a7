import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertItems, assertMistake, collect, message } from '../fixtures.ts'

/** Ids that a careless backend folds, trims, matches as patterns, splits, or takes for code. */
const distinct = [
  'A', 'a', 'a ', ' a', 'a\t', 'é', 'e', 'e\u0301', 'É', 'ß', 'ss', 'ﬁ', 'fi', 'İ', 'i', 'ı', '%', '_', '*', '?', '[a]', 'a%', 'a_',
  "'", "';--", '"', '`', '\\', '/', '../a', 'a:messages', 'a:counter', 'a:', ':', '{a}', '{', '}', '{}', 'a\n', '\r\n', '\u0001', '\u007f',
  '😀', '😁', '\u200b', '\ufeff', 'a\u200b', '0', '00', '1e0', 'null', 'undefined', '__proto__', 'constructor', 'x'.repeat(255), `${'x'.repeat(254)}y`,
  '😀'.repeat(127), 'a,b', 'a|b', '$1', ':id', '?1', '@a', 'true',
] // biome-ignore format: a table

const refused: readonly [string, unknown][] = [
  ['an empty id', ''],
  ['256 units', 'x'.repeat(256)],
  ['a lone surrogate', 'a\ud800'],
  ['a NUL character', 'a\0b'],
  ['a number', 1],
  ['undefined', undefined],
  ['null', null],
  ['an object', {}],
]

export const identityCases: readonly CaseDefinition[] = [
  {
    id: 'identity/byte-for-byte',
    title: 'keeps sessions apart whose ids differ in a byte, however alike they look',
    async run(t) {
      for (const id of distinct) await (await t.session(id)).addItems([message(`of ${JSON.stringify(id)}`)])
      for (const id of distinct) await assertItems(await t.session(id), [message(`of ${JSON.stringify(id)}`)])
    },
  },
  {
    id: 'identity/no-reach',
    title: 'lets no id reach the data of another by popping or clearing',
    async run(t) {
      // Every id is cleared once while its neighbours are kept.
      for (const cleared of [0, 1]) {
        const kept = distinct.filter((_, index) => index % 2 !== cleared)
        for (const id of kept) await (await t.session(id)).addItems([message('first'), message('second')])
        for (const id of distinct) {
          if (kept.includes(id)) await (await t.session(id)).popItem()
          else await (await t.session(id)).clearSession()
        }
        for (const id of distinct) await assertItems(await t.session(id), kept.includes(id) ? [message('first')] : [])
      }
    },
  },
  {
    id: 'identity/session-id',
    title: 'says the id it was opened with',
    async run(t) {
      for (const id of distinct) assert.equal(await (await t.session(id)).getSessionId(), id)
    },
  },
  {
    id: 'identity/refused-ids',
    title: 'refuses what is no non-empty string of up to 255 units that every backend can keep',
    async run(t) {
      for (const [what, id] of refused) await assertMistake(() => t.session(id as string), TypeError, what)
    },
  },
  {
    id: 'identity/refused-ids-in-store',
    title: 'refuses such ids in the methods of the store too',
    store: true,
    async run(t) {
      const store = await t.store()
      for (const [what, id] of refused) {
        await assertMistake(() => store.getSessionInfo(id as string), TypeError, what)
        await assertMistake(() => store.deleteSession(id as string), TypeError, what)
        await assertMistake(() => store.records.read(id as string), TypeError, what)
        await assertMistake(() => store.records.commit(id as string, {}), TypeError, what)
      }
    },
  },
  {
    id: 'identity/reading-creates-nothing',
    title: 'creates no session by reading, popping or clearing one that is not there',
    async run(t) {
      const session = await t.sessionWith(['info'])
      const calls = [
        () => session.getItems(),
        () => session.getItems(5),
        () => session.popItem(),
        () => session.info(),
        () => session.clearSession(),
      ]
      for (const [index, call] of calls.entries()) {
        await call()
        assert.equal(await session.info(), undefined, `call ${index + 1} created the session`)
      }
      await assertItems(session, [])
    },
  },
  {
    id: 'identity/reading-lists-nothing',
    title: 'lists no session that was only read',
    needs: ['list'],
    async run(t) {
      const session = await t.sessionWith(['items'])
      await session.getItems()
      await session.popItem()
      await session.addItems([])
      await collect(session.items())
      assertEqual(await collect((await t.store()).listSessions()), [])
    },
  },
]

import assert from 'node:assert/strict'
import type { Arbitrary, AsyncCommand, Parameters as PropertyOptions } from 'fast-check'
import { SessionError } from '../../errors/session-error.ts'
import type { HistoryTransactionArgs } from '../../session/history-transaction.ts'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import { clientOf, hasEntries, type Replaceable, rewritesOf } from '../clients.ts'
import type { CaseContext } from '../context.ts'
import { assertEqual, message } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { assertLinearizable, type Request, recordHistory } from '../linearizability.ts'

type FastCheck = typeof import('fast-check')
type Session = Replaceable & { applyHistoryTransaction?(args: HistoryTransactionArgs<Item>): Promise<void> }
/** What one session should hold, and which transactions it has seen. */
type Expected = { items: Item[]; operations: Map<string, string> }
/** Opens a handle of the n-th session; opens the store anew. */
type Real = { open(session: number): Promise<Session>; reopen(): Promise<void> }
type Command = AsyncCommand<Expected[], Real>

const sessionCount = 2
const maxCommands = 40
/** Milliseconds after which no more is tried, so that what was found until then is told. */
const maxMs = 25_000

/** @throws CaseSkipped that names it where it is not installed */
async function loadFastCheck(): Promise<FastCheck> {
  try {
    return await import('fast-check')
  } catch (error) {
    const { code, message: text } = error as NodeJS.ErrnoException
    if (code !== 'ERR_MODULE_NOT_FOUND' || !text.includes('fast-check')) throw error
    throw new CaseSkipped('fast-check is not installed: npm install --save-dev fast-check')
  }
}

/** As many runs as come to `steps` commands, since half of `maxCommands` is usual; a counterexample is shrunk and comes with its seed and path. */
function runs<T>(t: CaseContext): PropertyOptions<T> {
  return { seed: t.seed, numRuns: Math.ceil(t.steps / (maxCommands / 2)), interruptAfterTimeLimit: maxMs }
}

/** A command on the session `at`, which shows as a call of `name` in a counterexample. */
function command(
  name: string,
  at: number,
  given: unknown,
  run: (handle: Session, expected: Expected) => Promise<void>,
): Command {
  return {
    check: () => true,
    run: async (model, real) => run(await real.open(at), model[at] as Expected),
    toString: () => `${name}(session ${at}${given === undefined ? '' : `, ${JSON.stringify(given)}`})`,
  }
}

/** More that adds than that removes, or there would be nothing to remove. */
function commandsOf(fc: FastCheck, canTransact: boolean, canEdit: boolean): Arbitrary<Iterable<Command>> {
  const session = fc.nat(sessionCount - 1)
  const items = fc.array(fc.string({ unit: 'binary', maxLength: 4 }).map(message), { maxLength: 4 })
  const add = fc.tuple(session, items).map(([at, added]) =>
    command('addItems', at, added, async (handle, expected) => {
      await handle.addItems(added)
      expected.items.push(...added)
    }),
  )
  const pop = session.map((at) =>
    command('popItem', at, undefined, async (handle, expected) => {
      assertEqual(await handle.popItem(), expected.items.pop(), 'popItem()')
    }),
  )
  const get = fc.tuple(session, fc.option(fc.nat(6), { nil: undefined })).map(([at, limit]) =>
    command('getItems', at, limit, async (handle, expected) => {
      const wanted = limit === undefined ? expected.items : expected.items.slice(-limit || expected.items.length)
      assertEqual(await handle.getItems(limit), wanted, `getItems(${limit})`)
    }),
  )
  const replace = fc.tuple(session, items).map(([at, replacement]) =>
    command('replaceHistoryWithCompaction', at, replacement, async (handle, expected) => {
      if (handle.replaceHistoryWithCompaction === undefined) return
      await handle.replaceHistoryWithCompaction(replacement)
      expected.items = [...replacement]
    }),
  )
  const clear = session.map((at) =>
    command('clearSession', at, undefined, async (handle, expected) => {
      await handle.clearSession()
      Object.assign(expected, newSession())
    }),
  )
  const reopen = fc.constant<Command>({
    check: () => true,
    run: (_, real) => real.reopen(),
    toString: () => 'reopen()',
  })
  const drawn = fc.oneof(
    { weight: 5, arbitrary: add },
    { weight: 3, arbitrary: pop },
    { weight: 2, arbitrary: get },
    { weight: 1, arbitrary: replace },
    { weight: 1, arbitrary: clear },
    { weight: 1, arbitrary: reopen },
    { weight: canTransact ? 6 : 0, arbitrary: transactionsOf(fc, session, items) },
    { weight: canEdit ? 3 : 0, arbitrary: editsOf(fc, session, items) },
  )
  return fc.commands([drawn], { maxCommands, size: 'max' })
}

/** Lists that begin as the history does, and rewinding to one of the newest entries. */
function editsOf(fc: FastCheck, session: Arbitrary<number>, items: Arbitrary<Item[]>): Arbitrary<Command> {
  const list = fc.tuple(session, fc.nat(6), items).map(([at, common, added]) =>
    command('replaceItems', at, { common, added }, async (handle, expected) => {
      const wanted = [...expected.items.slice(0, common), ...added]
      const result = await handle.replaceItems?.(wanted)
      assert.equal((result?.kept ?? 0) + (result?.removed ?? 0), expected.items.length, 'kept + removed')
      expected.items = wanted
    }),
  )
  const rewind = fc.tuple(session, fc.integer({ min: 1, max: 4 })).map(([at, count]) =>
    command('rewind', at, count, async (handle, expected) => {
      const entries = (await handle.page?.({ limit: count }))?.entries ?? []
      assertEqual(
        entries.map(({ item }) => item),
        expected.items.slice(-count),
        `page() of ${count}`,
      )
      if (entries[0] === undefined) return
      const removed = await handle.rewind?.({ entry: entries[0].id })
      assertEqual(removed, expected.items.splice(-entries.length), 'rewind()')
    }),
  )
  return fc.oneof(list, rewind)
}

/** Few operation ids, so that some come again, with the same transaction and with others. */
function transactionsOf(fc: FastCheck, session: Arbitrary<number>, items: Arbitrary<Item[]>): Arbitrary<Command> {
  const id = fc.nat(7).map((number) => `op ${number}`)
  const append = fc
    .tuple(session, id, items)
    .map(([at, operationId, added]) =>
      command('append_items', at, { operationId, added }, (handle, expected) =>
        transact(handle, expected, { operationId, transaction: { type: 'append_items', items: added } }),
      ),
    )
  const replace = fc
    .tuple(session, id, fc.nat(3), fc.nat(3), items)
    .map(([at, operationId, length, wrong, replacement]) =>
      command('replace_suffix', at, { operationId, length, wrong: wrong === 0, replacement }, (handle, expected) => {
        const suffix = length === 0 ? [] : expected.items.slice(-length)
        const expectedSuffix = wrong === 0 ? [...suffix, message('never stored')] : suffix
        return transact(handle, expected, {
          operationId,
          transaction: { type: 'replace_suffix', expectedSuffix, replacement },
        })
      }),
    )
  return fc.oneof(append, replace)
}

function newSession(): Expected {
  return { items: [], operations: new Map() }
}

/** Applies a transaction to both, which must agree on the outcome. */
async function transact(handle: Session, expected: Expected, args: HistoryTransactionArgs<Item>): Promise<void> {
  const outcome = await handle.applyHistoryTransaction?.(args).then(
    () => 'applied',
    (error: unknown) => {
      if (error instanceof SessionError) return error.code
      throw error
    },
  )
  assert.equal(outcome, expectedOutcome(expected, args), `${args.transaction.type} of ${args.operationId}`)
}

function expectedOutcome(expected: Expected, { operationId, transaction }: HistoryTransactionArgs<Item>): string {
  const known = expected.operations.get(operationId)
  const fingerprint = JSON.stringify(transaction)
  if (known !== undefined) return known === fingerprint ? 'applied' : 'SESSION_OPERATION_REUSED'
  const suffix = transaction.type === 'append_items' ? [] : transaction.expectedSuffix
  const start = expected.items.length - suffix.length
  if (start < 0 || JSON.stringify(expected.items.slice(start)) !== JSON.stringify(suffix)) return 'SESSION_CONFLICT'
  expected.items.splice(start)
  expected.items.push(...(transaction.type === 'append_items' ? transaction.items : transaction.replacement))
  expected.operations.set(operationId, fingerprint)
  return 'applied'
}

export const commandCases: readonly CaseDefinition[] = [
  {
    id: 'model/commands',
    title: 'agrees with arrays over random commands on two sessions, reopened in between',
    async run(t) {
      const fc = await loadFastCheck()
      const probe: Session = await t.session()
      const canTransact = t.has('transactions') && probe.applyHistoryTransaction !== undefined
      const commands = commandsOf(fc, canTransact, await hasEntries(probe))
      const property = fc.asyncProperty(commands, async (drawn) => {
        const ids = Array.from({ length: sessionCount }, () => t.id())
        const model = ids.map(newSession)
        const real = { open: (at: number) => t.session(ids[at]), reopen: () => t.reopen() }
        await fc.asyncModelRun(() => ({ model, real }), drawn)
        for (const [at, { items }] of model.entries()) {
          assertEqual(await (await real.open(at)).getItems(), items, `session ${at} at the end`)
        }
      })
      await fc.assert(property, runs(t))
    },
  },
  {
    id: 'model/interleavings',
    title: 'answers calls as if they came one after the other, in whatever order a scheduler lets them begin',
    async run(t) {
      const fc = await loadFastCheck()
      const rewrites = await rewritesOf(await t.session())
      const canEdit = rewrites.includes('list')
      const request = fc.oneof(
        fc.nat(2).map((size): Request => ({ type: 'append', items: Array<string>(size + 1).fill('') })),
        fc.constant<Request>({ type: 'pop' }),
        fc.constant<Request>({ type: 'read' }),
        fc.constant<Request>({ type: 'replace', items: [''] }),
        ...(canEdit ? edits : []).map((edit) => fc.constant<Request>(edit)),
      )
      const clients = fc.array(fc.array(request, { maxLength: 5 }), { minLength: 2, maxLength: 3 })
      const property = fc.asyncProperty(fc.scheduler(), clients, async (scheduler, drawn) => {
        const id = t.id()
        const requests = drawn.map((list, client) =>
          list.filter(({ type }) => rewrites.includes('replace') || type !== 'replace').map(named(client)),
        )
        const turn = (client: number): Promise<unknown> => scheduler.schedule(Promise.resolve(), `client ${client}`)
        const handles: Replaceable[] = []
        while (handles.length < drawn.length) handles.push(await t.session(id))
        const history = recordHistory(handles.map(clientOf), requests, turn)
        assertLinearizable(await scheduler.waitFor(history))
      })
      await fc.assert(property, runs(t))
    },
  },
]

const edits: readonly Request[] = [{ type: 'list', items: ['', ''] }, { type: 'rewind' }]

/** Gives each item of a request a content of its own. */
function named(client: number): (request: Request, index: number) => Request {
  return (request, index) => {
    if (!('items' in request)) return request
    return { ...request, items: request.items.map((_, place) => `${client}.${index}.${place}`) }
  }
}

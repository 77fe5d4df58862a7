import { LongCall, MemoryStore, Session, type SessionFilter, type SessionStore } from '@sessions/core'
import { FaultyStore } from '@sessions/core/testing'
import { describe, expect, it } from 'vitest'

const item = { role: 'user', content: 'hello' } as const

async function filled(count: number): Promise<MemoryStore> {
  const store = new MemoryStore()
  for (let index = 0; index < count; index++) await store.records.commit(`s${index}`, { append: ['a'] })
  return store
}

async function remaining(store: SessionStore, filter: SessionFilter = {}): Promise<number> {
  let count = 0
  for await (const _ of store.listSessions(filter)) count++
  return count
}

describe('a long call', () => {
  it('tells its progress after each batch, and ends between two of them when it is given up', async () => {
    const store = await filled(1_200)
    const controller = new AbortController()
    const seen: number[] = []
    const onProgress = ({ done }: { done: number }): void => {
      seen.push(done)
      if (seen.length === 2) controller.abort(new Error('enough'))
    }
    const deleting = store.deleteSessions({ prefix: 's' }, { signal: controller.signal, onProgress })
    await expect(deleting).rejects.toThrow('enough')
    expect(seen).toEqual([500, 1_000])
    expect(await remaining(store)).toBe(200)
    const counted: number[] = []
    const counting = { dryRun: true, onProgress: ({ done }: { done: number }) => void counted.push(done) }
    expect(await store.deleteSessions({ prefix: 's' }, counting)).toBe(200)
    expect(counted).toEqual([200])
  })

  it.each(['listSessions', 'deleteSessions', 'items'] as const)(
    '%s is given up at once, though a step of it never ends',
    async (name) => {
      const store = new FaultyStore(await filled(3))
      const { entered, release } = store.hold(name === 'items' ? 'read' : 'list')
      const controller = new AbortController()
      const { signal } = controller
      const calls = {
        listSessions: () => remainingWith(store, signal),
        deleteSessions: () => store.deleteSessions({ prefix: 's' }, { signal }),
        items: async () => {
          for await (const _ of store.session('s1').items({ signal }));
        },
      }
      const call = calls[name]()
      await entered
      controller.abort(new Error('the user went away'))
      await expect(call).rejects.toThrow('the user went away')
      release()
      await store.close()
    },
  )

  it('passes on to what it wraps what its caller asked for', async () => {
    const reason = new Error('no')
    const call = new LongCall({
      onProgress: () => {
        throw reason
      },
    })
    const store = await filled(1)
    await expect(store.purgeExpired(call.passedOn())).rejects.toMatchObject({ reason })
    await expect(store.purgeExpired({ onProgress: () => Promise.reject(reason) })).rejects.toBe(reason)
  })
})

async function remainingWith(store: SessionStore, signal: AbortSignal): Promise<void> {
  for await (const _ of store.listSessions({}, { signal }));
}

/** What each hook got beside the arguments that it always gets. */
class Contexts extends Session {
  readonly seen: unknown[][] = []

  protected async _getItems(...given: unknown[]): Promise<[]> {
    this.seen.push(given)
    return []
  }
  protected async _addItems(...given: unknown[]): Promise<void> {
    this.seen.push(given.slice(1))
  }
  protected async _popItem(...given: unknown[]): Promise<undefined> {
    this.seen.push(given)
  }
  protected async _clearSession(...given: unknown[]): Promise<void> {
    this.seen.push(given)
  }
}

class AcceptingContexts extends Contexts {
  override readonly acceptsRunContext = true
}

it('hands the context of a run to the hooks of a session that accepts it, and to no others', async () => {
  const context = { context: { tenant: 'acme' } }
  const [accepting, other] = [new AcceptingContexts('a'), new Contexts('b')]
  for (const session of [accepting, other]) {
    await session.getItems(3, context)
    await session.getItems(undefined, context)
    await session.addItems([item], context)
    await session.popItem(context)
    await session.clearSession(context)
    await session.getItems(1)
  }
  expect(accepting.seen).toEqual([[3, context], [undefined, context], [context], [context], [context], [1, undefined]])
  expect(other.seen).toEqual([[3], [undefined], [], [], [], [1]])
})

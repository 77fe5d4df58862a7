import nodeModule from 'node:module'
import { SessionError } from '../errors/session-error.ts'
import type { Entry } from '../session/entries.ts'
import type { SessionStore } from '../session/session-store.ts'
import type { StoredSession } from '../session/stored-session.ts'
import { clientOf } from './clients.ts'
import { batch, message } from './fixtures.ts'
import type { Item } from './item.ts'
import type { Task, WorkerMessage } from './processes.ts'

/** The program of a child process: loads the module that its parent names, then does what it is told, one task at a time. */
const [module = '', exportName = '', options = 'null'] = process.argv.slice(2)
const exports: Record<string, (options: unknown) => SessionStore | Promise<SessionStore>> = await import(module)
const open = exports[exportName]
if (typeof open !== 'function') throw new Error(`${module} has no function ${exportName} among its exports.`)
/** With the first task, so that processes which are told at the same moment open at the same moment. */
let opened: Promise<SessionStore> | undefined
/** When the task began that uses the store first, until it has ended. */
let begun: number | undefined
/** Whether it was written down what this process has compiled. */
let isKept = false

process.on('message', (task: Task) => {
  run(task).then(
    (result) => {
      if (begun !== undefined) send({ firstUse: [begun, now()] })
      begun = undefined
      send({ done: true, result })
      keepCompiled()
    },
    (error: unknown) => send({ done: true, error: describeError(error) }),
  )
})
process.on('disconnect', () => process.exit())
send({ ready: true })

async function run(task: Task): Promise<unknown> {
  if (task.type === 'close') {
    const store = await opened
    opened = undefined
    return store?.close()
  }
  if (opened === undefined) {
    send({ opening: true })
    begun = now()
    opened = Promise.resolve(open?.(JSON.parse(options)) as SessionStore)
  }
  const store = await opened
  const session = store.session<Item>(task.sessionId)
  switch (task.type) {
    case 'append': {
      const sessions = [session, ...(task.beside ?? []).map((id) => store.session<Item>(id))]
      for (let index = 0; index < task.batches; index++) {
        const items = batch(task.writer, index, task.size)
        await Promise.all(sessions.map((each) => each.addItems(items)))
        send({ acknowledged: index })
      }
      return undefined
    }
    case 'pop': {
      const popped: Item[] = []
      for (let item = await session.popItem(); item !== undefined; item = await session.popItem()) popped.push(item)
      return popped
    }
    case 'call':
      return clientOf(session)(task.request)
    case 'read':
      return session.getItems()
    case 'replace':
      for (let index = 0; index < task.times; index++) {
        await session.replaceHistoryWithCompaction(batch(task.writer, index, task.size))
        send({ acknowledged: index })
      }
      return undefined
    case 'count':
      await Promise.all(Array.from({ length: task.waiters }, () => countOn(session, task.writer)))
      return undefined
    case 'watch':
      return watched(session, task)
    case 'transaction':
      return session.applyHistoryTransaction(task.args)
  }
}

/** Reads a number and writes the next, while nobody else does so. */
async function countOn(session: StoredSession<Item>, writer: string): Promise<void> {
  await session.exclusive(async ({ session: held }) => {
    const [newest] = await held.getItems(1)
    const count = Number.parseInt(String(newest?.content ?? '0'), 10)
    await held.addItems([message(`${count + 1}/${writer}`)])
  })
}

/** What a watch gives, until that is `count` entries or the one with the content `last`. */
async function watched(
  session: StoredSession<Item>,
  { after, count, last }: Extract<Task, { type: 'watch' }>,
): Promise<Entry<Item>[]> {
  const entries: Entry<Item>[] = []
  for await (const event of session.watch({ after })) {
    if (event.type === 'rewritten') throw new Error('The watch says that the history was rewritten.')
    entries.push(...event.entries)
    if (entries.length >= count || entries.at(-1)?.item.content === last) break
  }
  return entries
}

/**
 * With NODE_COMPILE_CACHE, what one process has compiled is there for the next. Node writes it when a process ends by itself, which
 * this one never does: it is killed. Not every runtime has this.
 */
function keepCompiled(): void {
  if (isKept) return
  isKept = true
  nodeModule.flushCompileCache?.()
}

/** On a clock that all processes share. */
function now(): number {
  return performance.timeOrigin + performance.now()
}

function send(answer: WorkerMessage): void {
  process.send?.(answer)
}

function describeError(error: unknown): string {
  if (error instanceof SessionError) return `${error.code}: ${error.message} ${String(error.cause ?? '')}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

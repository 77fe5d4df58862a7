/** The process of one contender: `node contender-program.ts FILE`, told by its parent what to do. */
import { pathToFileURL } from 'node:url'
import type { NodeContender, Store } from './contender.ts'
import { items } from './items.ts'
import { bytesForEach } from './memory.ts'
import type { Answer, Request } from './messages.ts'
import { serve } from './sockets.ts'
import { type Prepared, workloads } from './workloads.ts'

const [, , file = ''] = process.argv
const { contender }: { contender: NodeContender } = await import(pathToFileURL(file).href)
let store: Store | undefined
let prepared: Prepared | undefined

async function answer(request: Request): Promise<Answer> {
  if (request.ask === 'open') {
    store = await contender.open(request.place)
    await store.append('opened', items(1))
    return { settings: (await store.settings?.()) ?? {} }
  }
  if (store === undefined) throw new Error('It is not open.')
  switch (request.ask) {
    case 'prepare': {
      const workload = workloads.find(({ id }) => id === request.workload)
      if (workload === undefined) throw new Error(`There is no workload ${request.workload}.`)
      if (workload.offered?.(store) === false) return { offered: false }
      prepared = await workload.prepare(store, request.sizes)
      return { offered: true, wrong: prepared.wrong }
    }
    case 'round':
      return prepared === undefined ? {} : { round: await prepared.round() }
    case 'listen':
      await serve(request.path, store)
      return {}
    case 'memory':
      return { bytes: await bytesForEach(store, request.sizes.open) }
    case 'seed':
      await store.append(request.sessionId, items(request.count))
      return {}
    case 'close':
      await store.close()
      return {}
  }
}

/** For the report: one line, without the paths of this machine. */
function brief(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replaceAll(/ imported from \S+/g, '').slice(0, 200)
}

process.on('message', async (request: Request) => {
  const said = await answer(request).catch((error: unknown): Answer => {
    return { failed: brief(error instanceof Error ? error.message : String(error)) }
  })
  process.send?.(said)
})

// Without a parent there is nothing to do.
process.on('disconnect', () => process.exit(0))

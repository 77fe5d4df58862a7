import type { CaseDefinition } from '../case.ts'
import { clientOf, type Replaceable, rewritesOf } from '../clients.ts'
import type { CaseContext } from '../context.ts'
import type { Item } from '../item.ts'
import {
  assertLinearizable,
  type Client,
  drawRequests,
  type Request,
  type Rewrite,
  recordHistory,
} from '../linearizability.ts'
import type { WorkerProcess } from '../processes.ts'

const clientCount = 4
const requestsEach = 7
/** Steps that one recorded history stands for. */
const stepsAHistory = 50
/** Of processes: they meet less often, so there are more of them. */
const stepsAHistoryOfProcesses = 15

/** A client in another process. */
function clientIn(worker: WorkerProcess, sessionId: string): Client {
  return (request) => worker.run<string[]>({ type: 'call', sessionId, request })
}

/** Records histories of fresh sessions and checks each. */
async function check(
  t: CaseContext,
  open: (sessionId: string) => Promise<{ clients: Client[]; rewrites: readonly Rewrite[] }>,
  steps = stepsAHistory,
) {
  for (let history = 0; history < Math.ceil(t.steps / steps); history++) {
    const { clients, rewrites } = await open(t.id())
    const requests = clients.map((_, client): Request[] => drawRequests(t.random, client, requestsEach, rewrites))
    assertLinearizable(await recordHistory(clients, requests))
  }
}

export const concurrencyCases: readonly CaseDefinition[] = [
  {
    id: 'concurrency/linearizable',
    title: 'answers concurrent appends, pops, reads and rewrites as if they came one after the other',
    async run(t) {
      await check(t, async (sessionId) => {
        const sessions: Replaceable[] = []
        for (let client = 0; client < clientCount; client++) sessions.push(await t.session(sessionId))
        return { clients: sessions.map(clientOf), rewrites: await rewritesOf(sessions[0] as Replaceable) }
      })
    },
  },
  {
    id: 'concurrency/linearizable-instances',
    title: 'answers them so through two instances too',
    store: true,
    needs: ['shared'],
    async run(t) {
      const stores = [await t.store(), await t.anotherStore()]
      await check(t, async (sessionId) => {
        const clients = Array.from({ length: clientCount }, (_, client) => {
          return clientOf((client % 2 === 0 ? stores[0] : stores[1])?.session<Item>(sessionId) as Replaceable)
        })
        return { clients, rewrites: await rewritesOf(await t.session(sessionId)) }
      })
    },
  },
  {
    id: 'processes/linearizable',
    title: 'answers them so through several processes too',
    needs: ['multiProcess'],
    async run(t) {
      const workers = await t.workers(clientCount - 1)
      const open = async (sessionId: string) => {
        const session = await t.session(sessionId)
        const clients = [clientOf(session), ...workers.map((worker) => clientIn(worker, sessionId))]
        return { clients, rewrites: await rewritesOf(session) }
      }
      await check(t, open, stepsAHistoryOfProcesses)
    },
  },
]

import type { SessionStore } from '@sessions/core'
import type { ManualClock } from '@sessions/core/testing'
import { addUsage } from '@sessions/core/usage'
import { sessionOf } from './talk.ts'

const users = ['ada', 'bob', 'cleo', 'dora', 'emil', 'fay']
const topics = ['visa', 'hotel', 'refund', 'seats', 'luggage', 'route', 'invoice', 'weather']
const agents = ['Travel desk', 'Billing', 'Triage']
const models = ['scripted-1', 'scripted-1-mini', 'scripted-0']
const day = 86_400_000

/** Weeks of conversations, the same each time, by a clock that they move to where they end: what pictures are drawn of. */
export async function seedHistory(store: SessionStore, clock: ManualClock, days = 42): Promise<void> {
  const random = randomFrom(7)
  const pick = <T>(all: readonly T[], bias = 1): T => all[Math.floor(random() ** bias * all.length)] as T
  for (let at = 0; at < days; at++) {
    const isWeekend = at % 7 > 4
    const many = Math.ceil(random() * (isWeekend ? 1 : 3) + at / 20)
    for (let index = 0; index < many; index++) {
      clock.advance((0.8 * day) / many)
      const [user, topic] = [pick(users), pick(topics)]
      const session = await sessionOf(store, `user_${user}/${topic}-${at}${index}`, user)
      const turns = Math.ceil(random() ** 3 * 9)
      for (let turn = 0; turn < turns; turn++) {
        await session.addItems([{ role: 'user', content: `What about the ${topic}, please?` }])
        clock.advance(800 + random() ** 6 * 40_000)
        const text = 'It is as it was. '.repeat(Math.ceil(random() ** 4 * 120))
        await session.addItems([{ role: 'assistant', content: [{ type: 'output_text', text }], status: 'completed' }])
        const usage = {
          requests: 1,
          inputTokens: 300 + Math.floor(random() * 900) * (turn + 1),
          outputTokens: Math.round(text.length / 4),
        }
        await addUsage(session, runOf(pick(models, 2), pick(agents, 2), usage), { runId: `run_${turn}`, clock })
      }
    }
    clock.advance(0.2 * day)
  }
}

function runOf(
  model: string,
  name: string,
  usage: { requests: number; inputTokens: number; outputTokens: number },
): Parameters<typeof addUsage>[1] {
  const output = [{ of: name }]
  const newItems = [{ rawItem: output[0], agent: { name } }]
  return { state: { usage }, newItems, rawResponses: [{ usage, output, providerData: { model } }] }
}

/** Numbers from 0 to 1 that are the same on every machine (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

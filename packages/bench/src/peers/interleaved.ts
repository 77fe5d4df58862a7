import type { Answer } from './messages.ts'
import type { Result } from './results.ts'

/** One contender with one workload. */
export interface Lane {
  readonly contender: string
  prepare(): Promise<Answer>
  round(): Promise<Answer>
}

/** Rounds that do not count, unless they have taken all the time there is. */
const warmUps = 2
/** Milliseconds after which a contender has had rounds enough, if it had so many: the slowest would take most of the time otherwise. */
const budgetMs = 4_000
const leastRounds = 3

/**
 * Round by round, one contender after the other, so that whatever slows the machine down slows all of them. Who begins
 * changes. Nobody is timed whose items came back wrong.
 */
export async function interleaved(lanes: readonly Lane[], rounds: number): Promise<Omit<Result, 'workload'>[]> {
  const results: Omit<Result, 'workload'>[] = []
  const timed: { lane: Lane; rounds: number[]; stops: number[]; spentMs: number }[] = []
  for (const lane of lanes) {
    const { contender } = lane
    const { failed, offered, wrong } = await lane.prepare()
    if (failed !== undefined) results.push({ contender, failed })
    else if (offered === false) results.push({ contender, missing: true })
    else if (wrong !== undefined) results.push({ contender, wrong })
    else timed.push({ lane, rounds: [], stops: [], spentMs: 0 })
  }
  for (let round = 0; round < warmUps + rounds; round++) {
    const turn = timed.length === 0 ? 0 : round % timed.length
    for (const each of [...timed.slice(turn), ...timed.slice(0, turn)]) {
      if (each.spentMs > budgetMs && each.rounds.length >= leastRounds) continue
      const begin = performance.now()
      const { round: done, failed } = await each.lane.round()
      each.spentMs += performance.now() - begin
      if (failed !== undefined || done === undefined) {
        results.push({ contender: each.lane.contender, failed: failed ?? 'It did not say what it did.' })
        timed.splice(timed.indexOf(each), 1)
      } else if (round >= warmUps || each.spentMs > budgetMs) {
        each.rounds.push(rounded((done.milliseconds * 1000) / done.operations))
        if (done.stopMilliseconds !== undefined) each.stops.push(rounded(done.stopMilliseconds))
      }
    }
  }
  const done = timed.map(({ lane, rounds, stops }) => {
    return { contender: lane.contender, rounds, ...(stops.length > 0 ? { stops } : {}) }
  })
  return [...results, ...done]
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

import type { SessionInfo } from '@sessions/core'
import type { Tokens, TurnUsage, Usage } from '../shared/api.ts'
import type { TokenSums } from '../shared/pictures.ts'
import { usageIn } from './sessions.ts'

type Counts = Readonly<Record<string, Partial<Tokens> | null>>

/**
 * What `addUsage` keeps of a session: the newest runs by their day, and without one what the total has beyond them. Nothing of what is no
 * usage, since metadata are anybody's.
 */
export function tokensOf(metadata: SessionInfo['metadata'], dayOf: (time: Date) => string): TokenSums[] {
  const usage = usageIn(metadata)
  return usage === undefined || !Array.isArray(usage.turns)
    ? []
    : [...sums(usage, 'model', dayOf), ...sums(usage, 'agent', dayOf)]
}

function sums(usage: Usage, by: TokenSums['by'], dayOf: (time: Date) => string): TokenSums[] {
  const key = by === 'model' ? 'models' : 'agents'
  const found: TokenSums[] = []
  const rest = new Map(countsIn(usage[key]))
  for (const turn of usage.turns as readonly (Partial<TurnUsage> | null)[]) {
    const at = new Date(turn?.at ?? '')
    if (Number.isNaN(at.getTime())) continue
    for (const [name, [input, output]] of countsIn(turn?.[key])) {
      found.push({ day: dayOf(at), by, name, input, output })
      const [restIn, restOut] = rest.get(name) ?? [0, 0]
      rest.set(name, [restIn - input, restOut - output])
    }
  }
  for (const [name, [input, output]] of rest) if (input > 0 || output > 0) found.push({ by, name, input, output })
  return found
}

function countsIn(counts: Counts | undefined): [string, [number, number]][] {
  return Object.entries(counts ?? {}).flatMap(([name, own]): [string, [number, number]][] => {
    const { inputTokens, outputTokens } = own ?? {}
    return typeof inputTokens === 'number' && typeof outputTokens === 'number'
      ? [[name, [inputTokens, outputTokens]]]
      : []
  })
}

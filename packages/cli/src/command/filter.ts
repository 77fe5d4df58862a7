import type { SessionFilter } from '@sessions/core'
import { Failure } from '../exit-codes.ts'
import type { OptionSpecs, ValuesOf } from './option.ts'
import { filled, pair, time } from './parsers.ts'

/** What chooses sessions. All criteria must hold. */
export const filterOptions = {
  prefix: { flags: '--prefix <text>', about: 'whose ids begin so', parse: filled },
  metadata: {
    flags: '-m, --metadata <key=value>',
    about: 'that have this; may be given again',
    parse: pair,
    many: true,
  },
  olderThan: {
    flags: '--older-than <time>',
    about: 'not changed for so long, or since: 30d, 12h, 2026-01-31',
    parse: time,
  },
  newerThan: { flags: '--newer-than <time>', about: 'changed within so long, or since', parse: time },
} as const satisfies OptionSpecs

export type FilterValues = ValuesOf<typeof filterOptions>

/** The sessions that are meant, in the terms of a store. */
export function filterOf({ prefix, metadata = [], olderThan, newerThan }: FilterValues): SessionFilter {
  const repeated = metadata.find(([key], index) => metadata.findIndex(([other]) => other === key) !== index)
  if (repeated !== undefined)
    throw new Failure('usage', `--metadata has the key ${repeated[0]} twice: no session has both.`)
  return {
    ...(prefix !== undefined && { prefix }),
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
    ...(olderThan !== undefined && { updatedBefore: olderThan }),
    ...(newerThan !== undefined && { updatedAfter: newerThan }),
  }
}

/** Whether anything is chosen. */
export function chooses(filter: SessionFilter): boolean {
  return Object.keys(filter).length > 0
}

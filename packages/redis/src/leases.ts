import type { LeaseResult, LeaseSwap } from '@sessions/core'
import type { ScriptCall } from './connection.ts'
import { toArray, toNumber, toText } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** A look at the row of a lease, or one step on it. */
export function leaseCall(key: string, swap: LeaseSwap | undefined): ScriptCall {
  return { script: scripts.lease, keys: [key], args: swap === undefined ? [] : toArgs(swap) }
}

function toArgs({ expect, row }: LeaseSwap): string[] {
  const args = [expect ?? '']
  if (row === null) return args
  const { version, token, until = 0, leaseMs, waiting } = row
  const ends = leaseMs === undefined ? ['until', `${until}`] : ['for', `${Math.ceil(leaseMs)}`]
  return [...args, version, token ?? '', ...ends, waiting]
}

export function toLease(reply: unknown): LeaseResult {
  const [swapped, version, token, until, waiting, now] = toArray(reply, 6)
  return {
    swapped: toNumber(swapped) === 1,
    version: toText(version) || null,
    token: toText(token) || null,
    until: toNumber(until),
    waiting: toText(waiting),
    now: toNumber(now),
  }
}

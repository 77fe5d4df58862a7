import { randomUUID } from 'node:crypto'
import type { CommitResult, Maintenance } from '@sessions/core'
import type { ScriptCall } from './connection.ts'
import type { SessionKeys } from './keys.ts'
import { toOneOf } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** The place of a record: its position in the list and the digest by which the server sees whether it is still there. */
export function toPlace(position: number, digest: string): string {
  return `${position} ${digest}`
}

/** Maintenance as a call of its script; `undefined` where a place is none of ours. */
export function maintainCall(
  { hash, list }: SessionKeys,
  sessionId: string,
  { replace = [], remove = [] }: Maintenance,
  channel: string | undefined,
): ScriptCall | undefined {
  const places = [...replace.map(({ place }) => place), ...remove]
  if (!places.every((place) => /^\d{1,15} [0-9a-f]{40}$/.test(place))) return undefined
  const args = [sessionId, `${replace.length}`, randomUUID(), channel ?? '']
  for (const { place, record } of replace) args.push(...place.split(' '), record)
  for (const place of remove) args.push(...place.split(' '))
  return { script: scripts.maintain, keys: [hash, list], args }
}

export function toMaintained(reply: unknown): CommitResult {
  return toOneOf(reply, ['applied', 'conflict']) === 'applied'
    ? { status: 'applied', dropped: [] }
    : { status: 'conflict' }
}

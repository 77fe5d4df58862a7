import type { ForkRequest, ForkResult } from '@sessions/core'
import type { SessionKeys } from './keys.ts'
import { toOneOf } from './replies.ts'
import { scripts } from './scripts/script.ts'
import type { Writer } from './session-index.ts'

/** Where a fork is taken from and goes to. */
export interface Fork {
  from: SessionKeys
  to: SessionKeys
  ttlMs: number
  channel: string | undefined
}

/** Copies a session within one server. The metadata are those of `forkMetadata`, made by the script: of the same instant. */
export function fork(writer: Writer, request: ForkRequest, target: Fork): Promise<ForkResult> {
  const { from, to, ttlMs, channel } = target
  const args = [
    request.from,
    request.to,
    `${ttlMs}`,
    request.upTo === undefined ? '' : request.upTo || '-',
    channel ?? '',
  ]
  const patch = { ...request.metadata, forkedFrom: request.from }
  for (const [key, value] of Object.entries(patch)) {
    args.push(JSON.stringify(key), value === undefined ? '' : JSON.stringify(value))
  }
  const call = { script: scripts.fork, keys: [from.hash, from.list, to.hash, to.list], args }
  return writer.write(call, false, (reply) => toOneOf(reply, ['forked', 'exists', 'absent']))
}

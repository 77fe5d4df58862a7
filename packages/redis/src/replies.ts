/**
 * What Redis replies, however the client decodes it: a client of the caller's may give buffers for strings, and strings or
 * bigints for numbers. Anything but what was promised is an error: on a connection that is in a `MULTI`, each command is answered
 * `QUEUED`, and nothing is done before `EXEC`.
 */

/** The server, or somebody on the way to it, answered with something else than the command promises. */
export class UnexpectedReplyError extends Error {
  constructor(reply: unknown) {
    const what = reply === null ? 'null' : typeof reply
    const isQueued = typeof reply === 'string' && reply === 'QUEUED'
    super(
      isQueued
        ? 'The connection is in a MULTI: it is not for a store.'
        : `A reply was ${what}, which is not expected here.`,
    )
    this.name = 'UnexpectedReplyError'
  }
}

export function toText(reply: unknown): string {
  if (typeof reply === 'string') return reply
  if (reply instanceof Uint8Array) return Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength).toString('utf8')
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply)
  throw new UnexpectedReplyError(reply)
}

/** An integer. */
export function toNumber(reply: unknown): number {
  const value = typeof reply === 'number' ? reply : Number(toText(reply))
  if (!Number.isInteger(value) || reply === '') throw new UnexpectedReplyError(reply)
  return value
}

export function toTexts(reply: unknown): string[] {
  const values = toArray(reply)
  return values.every((value) => typeof value === 'string') ? (values as string[]) : values.map(toText)
}

/** @param length - how many there must be */
export function toArray(reply: unknown, length?: number): readonly unknown[] {
  if (Array.isArray(reply) && (length === undefined || reply.length === length)) return reply
  throw new UnexpectedReplyError(reply)
}

/** @throws UnexpectedReplyError for any other text */
export function toOneOf<T extends string>(reply: unknown, expected: readonly T[]): T {
  const text = toText(reply)
  const found = expected.find((each) => each === text)
  if (found === undefined) throw new UnexpectedReplyError(text)
  return found
}

/** What the script that erases replies: whether there was a session, or that the lease was not held. */
export function toErased(reply: unknown): boolean | 'lost' {
  return toOneOf(reply, ['0', '1', 'lost']) === 'lost' ? 'lost' : toText(reply) === '1'
}

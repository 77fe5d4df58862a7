/**
 * What Redis replies, however the client decodes it: a client of the caller's may give buffers for strings, and strings or
 * bigints for numbers.
 */

/** @throws Error where it is no text: the server is not what it says */
export function toText(reply: unknown): string {
  if (typeof reply === 'string') return reply
  if (reply instanceof Uint8Array) return Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength).toString('utf8')
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply)
  throw unexpected(reply)
}

export function toNumber(reply: unknown): number {
  return typeof reply === 'number' ? reply : Number(toText(reply))
}

export function toTexts(reply: unknown): string[] {
  const values = toArray(reply)
  return values.every((value) => typeof value === 'string') ? (values as string[]) : values.map(toText)
}

export function toArray(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw unexpected(reply)
}

function unexpected(reply: unknown): Error {
  return new Error(`The server replied with ${reply === null ? 'null' : typeof reply}, which is not expected here.`)
}

import { canonicalJSON, MemoryStore, SessionError, type SessionErrorCode } from '@sessions/core'
import { EncryptedStore, type Key } from '@sessions/encrypted'
import type { SessionCipher } from '../../src/session-cipher.ts'
import { createCipher } from './cipher.ts'
import { testKey } from './keys.ts'

const passphrase = 'correct horse battery staple'
/** That of the ciphers. */
const sessionId = 'user_123'

/** Numbers that a seed decides on (mulberry32). */
export function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Envelopes of texts of different lengths; every eighth in Python's format, every eighth of a passphrase. */
export async function createEnvelopes(
  count: number,
  random: (below: number) => number,
): Promise<[string, SessionCipher][]> {
  const native = createCipher()
  const words = createCipher({ keys: [{ id: 'k1', key: passphrase }] })
  const python = createCipher({ format: 'python' })
  const envelopes: [string, SessionCipher][] = []
  for (let index = 0; index < count; index++) {
    const cipher = index % 8 === 3 ? python : index % 8 === 7 ? words : native
    const text = JSON.stringify({ role: 'user', content: 'x'.repeat(random(120)) })
    envelopes.push([(await cipher.seal([text]))[0] as string, cipher])
  }
  return envelopes
}

/** Every text that differs from an ASCII text in one bit of its bytes, then every one that is cut off. */
export function* spoilt(record: string): Iterable<string> {
  for (let place = 0; place < record.length; place++) {
    for (let bit = 0; bit < 8; bit++) {
      const character = String.fromCharCode(record.charCodeAt(place) ^ (1 << bit))
      yield record.slice(0, place) + character + record.slice(place + 1)
    }
  }
  for (let length = 0; length < record.length; length++) yield record.slice(0, length)
}

/** How a cipher refuses a record. @throws where it does not, or in any other way than by a `SessionError` */
export async function refusal(cipher: SessionCipher, record: string): Promise<SessionErrorCode> {
  try {
    await cipher.open(record)
  } catch (error) {
    if (error instanceof SessionError) return error.code
    throw error
  }
  throw new Error(`An envelope that was altered was opened: ${record}`)
}

/** A text made of an envelope as fuzzers do: bits, characters, pieces doubled, moved, cut, JSON and Unicode put in. */
export function mutate(record: string, other: string, random: (below: number) => number): string {
  const place = random(record.length + 1)
  const piece = record.slice(random(record.length), random(record.length))
  const oddities = [
    '"',
    '\\',
    '{',
    '}',
    '[',
    ',',
    ':',
    '\0',
    '\ud800',
    'é',
    '😀',
    'null',
    '1e999',
    '-0',
    '{"a":',
    '__proto__',
    '\u2028',
    ' ',
  ]
  switch (random(9)) {
    case 0:
      return record.slice(0, place) + String.fromCharCode(random(0x10000)) + record.slice(place + 1)
    case 1:
      return record.slice(0, place) + piece + record.slice(place)
    case 2:
      return record.slice(0, place) + record.slice(place + 1 + random(8))
    case 3:
      return record.slice(0, place) + oddities[random(oddities.length)] + record.slice(place)
    case 4:
      return record.slice(0, place) + other.slice(place)
    case 5:
      return record.replace(/"payload":".*"/, `"payload":"${'A'.repeat(random(300))}"`)
    case 6:
      return record.replace(
        /"(alg|kid|v|__enc__|payload|kdf)":/,
        (_, name) => `"${name}":${oddities[random(10)]},"${name}":`,
      )
    case 7:
      return [record, piece, other].toSorted(() => random(3) - 1).join(oddities[random(oddities.length)])
    default:
      return JSON.stringify({
        ...parse(record),
        [['alg', 'kid', 'kdf', 'payload', '__enc__', 'v'][random(6)] ?? '']: oddity(random),
      })
  }
}

/** What a mutated record can come to: to be refused with a code, or to be the same envelope written in another way. */
export type Outcome = SessionErrorCode | 'same envelope'

/**
 * Reads and pops mutated records as users do, through a store with the right keys. @throws where one is read that is not one of the
 * originals, or where anything but a `SessionError` comes
 */
export async function fuzzStore(
  records: readonly string[],
  originals: readonly string[],
): Promise<Map<Outcome, number>> {
  const counts = new Map<Outcome, number>()
  const known = new Set(originals.map((record) => canonicalJSON(parse(record))))
  const memory = new MemoryStore()
  const open = (key: Key, format: 'sessions' | 'python'): EncryptedStore => {
    return new EncryptedStore({ store: memory, keys: [{ id: 'k1', key }], format })
  }
  const [native, words, python] = [open(testKey(), 'sessions'), open(passphrase, 'sessions'), open(testKey(), 'python')]
  for (const record of records) {
    await memory.records.commit(sessionId, { drop: 'all', append: [record] })
    const store = record.includes('hkdf-v1') ? python : record.includes('scrypt') ? words : native
    const session = store.session(sessionId)
    for (const call of [() => session.getItems(), () => session.popItem()]) {
      const outcome = await call().then(
        (): Outcome => 'same envelope',
        (error: unknown) => (error instanceof SessionError ? error.code : Promise.reject(error)),
      )
      const isWrong =
        outcome === 'same envelope' ? !known.has(canonicalJSON(parse(record))) : outcome === 'SESSION_BACKEND'
      if (isWrong) throw new Error(`${outcome}: ${record}`)
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    }
  }
  return counts
}

function parse(record: string): object {
  return JSON.parse(record) as object
}

function oddity(random: (below: number) => number): unknown {
  return [
    null,
    1,
    2,
    -1,
    'XC20P',
    'XA256GCM',
    'constructor',
    '',
    [],
    {},
    true,
    'k1',
    'default',
    'A'.repeat(64),
    'scrypt-17-8-1',
  ][random(15)]
}

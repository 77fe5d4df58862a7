import { describe, expect, it } from 'vitest'
import { Keys } from '../src/keys.ts'

const single = new Keys('agents:session', false)
const cluster = new Keys('agents:session', true)
const pieces = [
  'a',
  ':',
  'messages',
  'counter',
  'attempts',
  '{',
  '}',
  '%',
  '25',
  '%7B',
  '7D',
  '*',
  '?',
  '[',
  '\\',
  'é',
  '😀',
  '\n',
]

/** Every id of up to four pieces: more than a hundred thousand, with all that could go wrong side by side. */
function* ids(length: number): Iterable<string> {
  if (length > 1) yield* ids(length - 1)
  const combine = (left: number): string[] =>
    left === 0 ? [''] : combine(left - 1).flatMap((start) => pieces.map((piece) => start + piece))
  yield* combine(length)
}

/** Redis's rule (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags). */
function tagOf(key: string): string {
  const start = key.indexOf('{')
  const end = key.indexOf('}', start + 1)
  return start < 0 || end <= start + 1 ? key : key.slice(start + 1, end)
}

/** Redis's glob, as far as it is used here. */
function matches(pattern: string, key: string): boolean {
  const source = pattern.replace(/\\(.)|(\*)|([\s\S])/gu, (_, escaped, star, plain) => {
    return star === undefined ? `\\u{${(escaped ?? plain).codePointAt(0).toString(16)}}` : '[\\s\\S]*'
  })
  return new RegExp(`^${source}$`, 'u').test(key)
}

describe.each([
  ['a single server', single],
  ['a cluster', cluster],
] as const)('on %s, the keys of sessions', (_, keys) => {
  it('are never shared by two ids, and lead back to the id', () => {
    const owners = new Map<string, string>()
    for (const id of new Set(ids(4))) {
      const { hash, list, counter } = keys.of(id)
      for (const key of [hash, list, counter]) {
        if (owners.has(key)) expect.unreachable(`${JSON.stringify([id, owners.get(key)])} share ${JSON.stringify(key)}`)
        owners.set(key, id)
      }
      if (!keys.sessionsOf(hash).includes(id)) expect.unreachable(`${JSON.stringify(hash)} does not lead back`)
    }
    expect(owners.size).toBeGreaterThan(300_000)
  })

  it('match the pattern of every prefix of their id', () => {
    for (const id of new Set(ids(3))) {
      const { hash } = keys.of(id)
      for (let length = 0; length <= id.length; length++) {
        const prefix = id.slice(0, length)
        if (prefix.isWellFormed() && !matches(keys.pattern(prefix), hash)) {
          expect.unreachable(`${JSON.stringify(keys.pattern(prefix))} misses ${JSON.stringify(hash)}`)
        }
      }
    }
  })
})

describe('keys', () => {
  it("are Python's on a single server, except where the hash of one id would be the list of another", () => {
    for (const id of [
      'user_123',
      'a:b',
      'messages',
      'x%y',
      'é 😀',
      'a:messages:b',
      'tenant/1',
      '{x}',
      '50%',
      'a}{',
      'a:attempts',
    ]) {
      expect(single.of(id).hash).toBe(`agents:session:${id}`)
      expect(single.of(id).list).toBe(`agents:session:${id}:messages`)
      expect(single.of(id).counter).toBe(`agents:session:${id}:counter`)
    }
    const kept = { 'a:messages': 'a:messages%', ':counter': ':counter%', 'a:messages%': 'a:messages%%' }
    for (const [id, name] of Object.entries(kept)) expect(single.of(id).hash).toBe(`agents:session:${name}`)
  })

  it('are escaped as documented on a cluster', () => {
    const escaped = { 'a:messages': 'a:messages%', '{x}': '%7Bx%7D%', '50%': '50%25%', ':counter': ':counter%' }
    for (const [id, name] of Object.entries(escaped)) expect(cluster.of(id).hash).toBe(`agents:session:{${name}}`)
  })

  it('of one session share a slot on a cluster, whatever the prefix', () => {
    for (const prefix of ['agents:session', 'a{b', 'a}b', '{tag}', 'x{y}z', '}{']) {
      const keys = new Keys(prefix, true)
      for (const id of new Set(ids(3))) {
        const { hash, list, counter } = keys.of(id)
        expect(new Set([hash, list, counter].map(tagOf)).size).toBe(1)
      }
    }
  })

  it('of other prefixes and other things are no sessions', () => {
    for (const key of [
      'agents:session',
      'agents:session:',
      'agents:sessions:a',
      'agents:session:a%zz%',
      'agents:session:a',
    ]) {
      expect(cluster.sessionsOf(key)).toEqual([])
    }
    for (const key of ['agents:session', 'agents:session:', 'agents:sessions:a'])
      expect(single.sessionsOf(key)).toEqual([])
    expect(cluster.sessionsOf('agents:session:{}')).toEqual([])
  })
})

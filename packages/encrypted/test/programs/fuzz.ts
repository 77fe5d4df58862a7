/**
 * The figures of the tests at full size: `pnpm fuzz tamper 1000`, `pnpm fuzz mutate 1000000`, `pnpm fuzz nonces 10000000`, each with
 * a seed after the count. Prints what it found, and fails where anything was opened, or was refused in another way than it should.
 */
import { createCipher } from '../support/cipher.ts'
import { createEnvelopes, createRandom, fuzzStore, mutate, refusal, spoilt } from '../support/tampering.ts'

const [work = '', count = '1000', seed = '1'] = process.argv.slice(2)
const random = createRandom(Number(seed))

/** Every single-bit flip and truncation of so many envelopes. */
async function tamper(envelopes: number): Promise<void> {
  const counts = new Map<string, number>()
  for (const [record, cipher] of await createEnvelopes(envelopes, random)) {
    await cipher.open(record)
    for (const altered of spoilt(record)) {
      const code = await refusal(cipher, altered)
      counts.set(code, (counts.get(code) ?? 0) + 1)
    }
  }
  const total = [...counts.values()].reduce((sum, one) => sum + one)
  console.log(`${envelopes} envelopes: ${total} flips and truncations, all refused`, Object.fromEntries(counts))
}

/** So many mutated envelopes, read and popped through the store. */
async function fuzz(records: number): Promise<void> {
  const counts = new Map<string, number>()
  const envelopes = await createEnvelopes(200, random)
  const originals = envelopes.map(([record]) => record)
  for (let done = 0; done < records; done += 10_000) {
    const batch = Array.from({ length: Math.min(10_000, records - done) }, () => {
      return mutate(envelopes[random(200)]?.[0] ?? '', envelopes[random(200)]?.[0] ?? '', random)
    })
    for (const [code, number] of await fuzzStore(batch, originals)) counts.set(code, (counts.get(code) ?? 0) + number)
  }
  console.log(`${records} mutated envelopes: getItems and popItem gave`, Object.fromEntries(counts))
}

/** Seals so many items and sorts their nonces: 8 of their 24 bytes, of which no two of 10^7 are the same by chance. */
async function nonces(items: number): Promise<void> {
  const cipher = createCipher()
  const seen = new BigUint64Array(items)
  for (let index = 0; index < items; index++) {
    const [record = ''] = await cipher.seal([''])
    const bytes = Buffer.from(record.slice(record.indexOf('"payload":"') + 11, -2), 'base64url')
    seen[index] = bytes.readBigUInt64LE(6)
  }
  seen.sort()
  const repeated = seen.findIndex((nonce, index) => index > 0 && nonce === seen[index - 1])
  if (repeated >= 0) throw new Error('A nonce was used twice.')
  console.log(`${items} items: no two nonces begin alike`)
}

const works: Readonly<Record<string, (count: number) => Promise<void>>> = { tamper, mutate: fuzz, nonces }
const run = works[work]
if (run === undefined) throw new TypeError(`Name what to do: ${Object.keys(works).join(', ')}.`)
await run(Number(count))

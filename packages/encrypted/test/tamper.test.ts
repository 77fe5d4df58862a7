import { expect, it } from 'vitest'
import { createEnvelopes, createRandom, fuzzStore, mutate, refusal, spoilt } from './support/tampering.ts'

const random = createRandom(1)

it('refuses every single-bit flip and every truncation of 24 envelopes (pnpm fuzz: of 1,000)', async () => {
  let refused = 0
  for (const [record, cipher] of await createEnvelopes(24, random)) {
    expect((await cipher.open(record)).text).toMatch(/^\{"role":"user"/)
    for (const altered of spoilt(record)) {
      expect(await refusal(cipher, altered)).toMatch(/^SESSION_(DECRYPT_FAILED|KEY_UNKNOWN|PLAINTEXT_REFUSED)$/)
      refused++
    }
  }
  expect(refused).toBeGreaterThan(24 * 9 * 100)
})

it('gives nothing but SessionErrors for 5,000 mutated envelopes, and removes none (pnpm fuzz: 1,000,000)', async () => {
  const envelopes = await createEnvelopes(40, random)
  const records = Array.from({ length: 5_000 }, (_, index) => {
    const [[one] = [''], [other] = ['']] = [envelopes[index % 40], envelopes[random(40)]]
    return mutate(one, other, random)
  })
  const counts = await fuzzStore(
    records,
    envelopes.map(([record]) => record),
  )
  expect([...counts.values()].reduce((sum, count) => sum + count)).toBe(10_000)
  expect(counts.get('SESSION_DECRYPT_FAILED')).toBeGreaterThan(1_000)
  expect(counts.get('same envelope'), 'the keys are right: what was only written in another way opens').toBeGreaterThan(
    10,
  )
})

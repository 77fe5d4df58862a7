import fc from 'fast-check'

const isCampaign = process.env.SESSIONS_TEST_FAULTS === 'all'
/** Of each variant. */
const numRuns = Number(process.env.SESSIONS_CODEC_ITEMS ?? (isCampaign ? 10_000 : 100))
const seed = Number(process.env.SESSIONS_CODEC_SEED ?? (isCampaign ? Date.now() % 2 ** 31 : 1))

/**
 * Checks items of each variant: a hundred, always the same ones; in a campaign (`pnpm faults`) ten thousand others each time.
 * `SESSIONS_CODEC_ITEMS` and `SESSIONS_CODEC_SEED` ask for a number and for those of a failure that was reported.
 */
export function everyItem(
  variants: Record<string, fc.Arbitrary<object>>,
  check: (item: object, variant: string) => void,
): void {
  for (const [variant, items] of Object.entries(variants)) {
    fc.assert(
      fc.property(items, (item) => check(item, variant)),
      { numRuns, seed },
    )
  }
}

import { peakOf } from '../../studio/test/support/load.ts'

/** What the process of a studio may have, in MiB. */
const most = 200

/**
 * Not a ratio, but a limit: the memory of a studio on 1,000,000 sessions and a history of 100,000 entries, which five read at once. It runs from
 * its sources here; compiling them takes some 35 MiB that the packed one does not have.
 */
export async function run(): Promise<boolean> {
  const load = { sessions: 1_000_000, entries: 100_000, pages: 2_000 }
  const peak = await peakOf(load)
  const text = (mebibytes: number): string => `${mebibytes.toFixed(0)} MiB`
  console.log(`${load.sessions} sessions, a history of ${load.entries} entries, ${peak.requests} requests`)
  console.log(`The studio had ${text(peak.started)} at its start and ${text(peak.most)} at most, of ${most}.`)
  return peak.most < most
}

/** What many processes, crashes and long histories ask of a server: where its statements are those of another one, they were asked. */
const ofTheServer = ['processes/', 'crash/', 'scale/', 'exclusive/processes', 'watch/processes']

/** What is long, and the same through any client: many sessions and many records, and long random runs. */
const ofTheClient = [
  ...ofTheServer,
  'bursts/order',
  'concurrency/linearizable',
  'delete/many',
  'exclusive/renewed',
  'limit/all-of-many',
  'list/many',
  'model/',
  'transactions/hundreds-of-ids',
  'values/16-mib',
]

/**
 * Cases of the kit that `pnpm test` leaves out on a second server of a kind (MySQL beside MariaDB, a cluster beside one), or on a
 * second client of the same server, since they take the longest: for the option `except`. `pnpm faults` runs every case everywhere.
 */
export function leftOut(second: 'server' | 'client'): readonly string[] {
  if (process.env.SESSIONS_TEST_FAULTS === 'all') return []
  return second === 'server' ? ofTheServer : ofTheClient
}

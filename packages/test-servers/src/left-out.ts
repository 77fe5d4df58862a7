/** What many processes, crashes and long histories ask of a server: where its statements are those of another one, they were asked. */
const ofTheServer = ['processes/', 'crash/', 'scale/', 'exclusive/processes', 'watch/processes']

/** What is long, and the same through any client: many sessions, many records, many calls at once, and long random runs. */
const ofTheClient = [
  ...ofTheServer,
  'append/contiguous-batches',
  'append/order',
  'bursts/order',
  'compaction/atomic',
  'concurrency/linearizable',
  'delete/many',
  'delete/while-writing',
  'exclusive/renewed',
  'fork/model',
  'identity/no-reach',
  'limit/all-of-many',
  'list/after',
  'list/many',
  'list/prefix',
  'model/',
  'mutations/while-appending',
  'records/drop-many',
  'records/long-tail',
  'transactions/hundreds-of-ids',
  'transactions/many-ids',
  'ttl/purge-while-writing',
  'values/16-mib',
  'watch/many',
]

/**
 * Cases of the kit that `pnpm test` leaves out on a second server of a kind (MySQL beside MariaDB, a cluster beside one), or on a
 * second client of the same server, or through a session that opens a store of its own, since they take the longest: for the option `except`.
 * `pnpm faults` runs every case everywhere.
 */
export function leftOut(second: 'server' | 'client'): readonly string[] {
  if (process.env.SESSIONS_TEST_FAULTS === 'all') return []
  return second === 'server' ? ofTheServer : ofTheClient
}

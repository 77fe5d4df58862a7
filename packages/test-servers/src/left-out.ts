/** What many processes, crashes and long histories ask of a server: where its statements are those of another one, they were asked. */
const ofTheServer = ['processes/', 'crash/', 'scale/', 'exclusive/processes', 'watch/processes']

/** What is long, and the same in tables or keys that lie in another way: many sessions, many records, many calls at once, long random runs. */
const ofTheTables = [
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
 * What the core decides before anything is sent or after it was answered, and what the statements decide on the server. A client takes
 * values there and back, tells errors, and has connections: each kind of statement goes through it in the cases that are left.
 */
const ofTheClient = [
  ...ofTheTables,
  ...cases('append', 'empty equal-items gives-copies takes-a-copy'),
  ...cases('bursts', 'expired'),
  ...cases('clear', 'empty keeps-metadata keeps-ttl leaves-nothing operations-beside-metadata'),
  ...cases('compaction', 'keeps-operations keeps-the-session keeps-times'),
  ...cases('delete', 'beside-writes handle leaves-nothing no-criterion'),
  ...cases('entries', 'refused unsupported'),
  ...cases('exclusive', 'busy closing creates-nothing duplicate nested refused unsupported'),
  ...cases('fork', 'absent metadata operations refused while-writing'),
  ...cases('identity', 'reading refused'),
  ...cases('items', 'others refused while-appending while-replacing'),
  ...cases('lifecycle', 'close-twice closed-optional-methods closed-session handles options'),
  ...cases('limit', 'default more-than-there-are refused zero-and-less'),
  ...cases('list', 'limit-of-matches metadata-keys order refused updated-not-created while-writing without-items'),
  ...cases('maintain', 'declared is-no-use refused'),
  ...cases('metadata', 'copies info-copies refused replaces-values'),
  ...cases('mutations', 'bad-shapes duplicates keeps-times nothing-to-do'),
  ...cases(
    'operations',
    'convert-while-writing copy-again copy-conflict export restore-as-read unsupported verify while',
  ),
  ...cases('order', 'arguments-after-close optional-methods refused-by-name'),
  ...cases('pop', 'corrupt-skipped-on-request then-append'),
  ...cases('progress', ''),
  ...cases(
    'records',
    'clear-expected copies creates expect-tail-of-nothing idle not-returned refused unknown-conditions',
  ),
  ...cases('replace', 'concurrent empty expected structural'),
  ...cases('rewind', 'concurrent entry refused'),
  ...cases('signal', ''),
  ...cases('summary', ''),
  ...cases('time', 'clock-backwards'),
  ...cases(
    'transactions',
    'absent bad-shapes empty-suffix equal-but-another known-after-emptying nothing-to-append per-session',
  ),
  ...cases('transactions', 'replace-in-any-key-order replace-once same-in-any-key-order survive-restart take-a-copy'),
  ...cases('ttl', 'gone-for-writers purge-leaves-nothing starts-anew'),
  ...cases('turns', 'long'),
  ...cases('values', 'getters refused undefined'),
  ...cases('watch', 'refused'),
]

/** The cases of a family, by the beginnings of what follows its name. */
function cases(family: string, names: string): string[] {
  return names.split(' ').map((name) => `${family}/${name}`)
}

/**
 * Cases of the kit that `pnpm test` leaves out on a second server of a kind (MySQL beside MariaDB, a cluster beside one), where the same
 * server has its tables in another way, or on a second client of the same server, through a session that opens a store of its own, or
 * through a wrapper that has had them over another store: for the option `except`. `pnpm faults` runs every case everywhere.
 */
export function leftOut(second: 'server' | 'tables' | 'client'): readonly string[] {
  if (process.env.SESSIONS_TEST_FAULTS === 'all') return []
  return { server: ofTheServer, tables: ofTheTables, client: ofTheClient }[second]
}

import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dialects } from '../src/dialects/all.ts'
import type { ListCriteria } from '../src/listing-statements.ts'
import { bind, type Statement, type Value } from '../src/statement.ts'
import { prepareStatements, type Statements } from '../src/statements.ts'
import { quoteTables } from '../src/tables.ts'
import { Admin } from './support/admin.ts'
import { message } from './support/failure.ts'
import { pythonTables } from './support/python.ts'

const [postgres, mariadb, mysql] = [await startPostgres(), await startMariaDB(), await startMySQL()]
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))

const plain: ListCriteria = {
  prefix: false,
  updatedBefore: false,
  updatedAfter: false,
  metadata: 0,
  counted: true,
  byMinute: false,
  continued: false,
}
const byTime = /idx_agent_sessions_updated_at/
const bothIndexes =
  /Sort[\s\S]*Append[\s\S]*idx_agent_sessions_unchanged_at[\s\S]*Incremental Sort[\s\S]*idx_agent_sessions_changed_minute/
const values: Record<string, Value> = {
  id: 'long',
  limit: 20,
  pattern: 's1234%',
  before: '2026-01-01 00:00:00.000',
  after: '2020-01-01 00:00:00.000',
  cursorAt: '2020-01-01 03:00:00.000',
  cursorId: 's',
  digest0: 'a'.repeat(64),
  digest1: 'b'.repeat(64),
  at: '2020-01-01 00:00:00.000',
  from: 50_000,
  entry: 50_000,
  first: 49_950,
  most: 100,
  source: 'long',
  start: 50_000,
  last: 60_000,
  count: 100,
}

describe.each([
  { name: 'postgres', database: () => postgres.createDatabase() },
  { name: 'mariadb', database: () => mariadb.createDatabase() },
  ...(mysql ? [{ name: 'mysql', database: () => mysql.createDatabase() } as const] : []),
] as const)('the plans of $name', ({ name, database }) => {
  const isPostgres = name === 'postgres'
  const criteria = { ...plain, byMinute: isPostgres }
  let admin: Admin
  let statements: Statements

  beforeAll(async () => {
    const url = await database()
    admin = new Admin(url)
    await using store = new SQLStore({ url, createTables: true })
    await store.session('long').addItems([message('first')])
    statements = prepareStatements(dialects[name], quoteTables({}, dialects[name].quote))
    const id = isPostgres ? "'s' || n" : "concat('s', n)"
    const at = isPostgres
      ? "timestamp '2020-01-01' + n * interval '1 second'"
      : "TIMESTAMP('2020-01-01') + INTERVAL n SECOND"
    // Every second one has changed since it was made.
    const madeAt = isPostgres ? `${at} - n % 2 * interval '1 second'` : `${at} - INTERVAL MOD(n, 2) SECOND`
    await admin.execute(
      `INSERT INTO agent_sessions (session_id, created_at, updated_at) SELECT ${id}, ${madeAt}, ${at} FROM ${admin.numbers(20_001)}`,
    )
    await admin.execute(
      `INSERT INTO agent_messages (session_id, message_data, created_at) SELECT 'long', '{}', ${at} FROM ${admin.numbers(100_001)}`,
    )
    await admin.execute(
      `INSERT INTO agent_sessions_operations (session_id, operation_id, fingerprint, forget_at)
        SELECT 'long', ${id}, 'f', ${at} + ${isPostgres ? "interval '20 years'" : 'INTERVAL 20 YEAR'} FROM ${admin.numbers(50_000)}`,
    )
    const tables = 'agent_sessions, agent_messages, agent_sessions_operations'
    await admin.execute(isPostgres ? 'ANALYZE' : `ANALYZE TABLE ${tables}`)
  })
  afterAll(() => admin.close())

  /** What the server would do, with the values in their places. */
  async function plan(statement: Statement, id = 'long', on = admin): Promise<string> {
    const bound = bind(statement, { ...values, id }).map((value) =>
      typeof value === 'string' ? `'${value}'` : String(value),
    )
    let position = 0
    const text = statement.text.replaceAll(/\$(\d+)|\?/g, (_, number?: string) => {
      return bound[number === undefined ? position++ : Number(number) - 1] ?? 'NULL'
    })
    const rows = await on.select<Record<string, unknown>>(`EXPLAIN ${isPostgres ? '' : 'FORMAT=TRADITIONAL '}${text}`)
    return rows.map((row) => Object.values(row).join(' ')).join('\n')
  }

  it('read the newest of 100,000 items by the order of the index, and pages too', async () => {
    for (const statement of [statements.newest, statements.firstPage, statements.nextPage, statements.tail]) {
      const steps = await plan(statement)
      expect(steps).toContain('idx_agent_messages_session_order')
      expect(steps).not.toMatch(/\bSort\b|filesort|temporary|Seq Scan on agent_messages|\bALL\b/)
    }
  })

  it('read a page in the middle of 100,000 items by the order of the index, and copy from there', async () => {
    const { nextPage, entriesBefore, entriesAfter, entriesSince, idAfter, copy, copyUpTo } = statements
    // Postgres may put what is bounded on both sides in order itself, among those of one time.
    const bounded = isPostgres ? [] : [copyUpTo]
    for (const statement of [nextPage, entriesBefore, entriesAfter, entriesSince, idAfter, copy, ...bounded]) {
      const steps = await plan(statement)
      expect(steps).toContain('idx_agent_messages_session_order')
      // The 51 that were counted are the one table that is read whole; one that is written is no table to read.
      expect(steps.replace(/<derived\d+> +ALL|INSERT agent_messages +ALL/, '')).not.toMatch(
        /\bSort\b|filesort|Seq Scan on agent_messages|\bALL\b/,
      )
      // By the place too, not by the session alone, which would pass through everything on that side of it.
      if (!isPostgres) expect(steps).toMatch(/agent_messages +range .* idx_agent_messages_session_order 1037 /)
      else expect(steps).toMatch(/Index Cond: .*ROW\(created_at, id\)/)
    }
  })

  it.skipIf(isPostgres)('drop the newest of 100,000 items by the order of the index', async () => {
    const steps = await plan(statements.drop)
    expect(steps).toMatch(/idx_agent_messages_session_order/)
    expect(steps).toMatch(/kept +eq_ref PRIMARY/)
    expect(steps).not.toMatch(/filesort|temporary/)
  })

  it('list by the index of the latest change, page by page', async () => {
    const listings: ListCriteria[] = [
      criteria,
      { ...criteria, continued: true },
      { ...criteria, updatedBefore: true },
      { ...criteria, updatedAfter: true, updatedBefore: true },
    ]
    for (const listing of listings) {
      const steps = await plan(statements.list(listing))
      // Those that changed in one minute are put in order by what they are, and the few that both indexes give.
      expect(steps).toMatch(isPostgres ? bothIndexes : byTime)
      expect(steps).not.toMatch(/Seq Scan on agent_sessions|filesort/)
      expect(steps.match(/(?<!Incremental )\bSort\b(?! Key)/g)).toEqual(isPostgres ? ['Sort'] : null)
    }
  })

  it.runIf(isPostgres)("list Python's tables, which have no minutes, by the index of the latest change", async () => {
    const url = await database()
    const theirs = new Admin(url)
    const prefixed = { ...plain, prefix: true }
    await theirs.execute(pythonTables)
    await using store = new SQLStore({ url, createTables: true })
    await store.ping()
    await theirs.execute(
      `INSERT INTO agent_sessions (session_id, updated_at) SELECT 's' || n, timestamp '2020-01-01' + n * interval '1 second'
        FROM generate_series(0, 20000) AS n; ANALYZE agent_sessions`,
    )
    for (const listing of [plain, { ...plain, continued: true }, { ...plain, updatedBefore: true }, prefixed]) {
      const steps = await plan(statements.list(listing), 'long', theirs)
      expect(steps).toMatch(listing.prefix ? /idx_agent_sessions_(session_id|updated_at)/ : byTime)
      expect(steps).not.toMatch(listing.prefix ? /Seq Scan/ : /\bSort\b|Seq Scan on agent_sessions/)
    }
    expect(await plan(statements.expired(false), 'long', theirs)).toContain('idx_agent_sessions_expires_at')
    await theirs.close()
  })

  it('find by prefix and by metadata with an index', async () => {
    const prefix = await plan(statements.list({ ...criteria, prefix: true }))
    expect(prefix).toMatch(/agent_sessions_pkey|PRIMARY|idx_agent_sessions_updated/)
    expect(prefix).not.toMatch(/Seq Scan on agent_sessions/)
    const few = await plan(statements.list({ ...criteria, prefix: true, few: 'prefix' }))
    expect(few).toMatch(/agent_sessions_pkey|PRIMARY/)
    expect(few).not.toMatch(/Seq Scan on agent_sessions/)
    const metadata = await plan(statements.list({ ...criteria, metadata: 1 }))
    expect(metadata).toMatch(/agent_sessions_metadata/)
    expect(metadata).not.toMatch(/Seq Scan on agent_sessions\b/)
  })

  it('follow the listing where many sessions have a value, and look few sessions up by their keys', async () => {
    const many = await plan(statements.list({ ...criteria, metadata: 2 }))
    expect(many).toMatch(isPostgres ? bothIndexes : byTime)
    expect(many).not.toMatch(/filesort|Seq Scan on agent_sessions\b|Hash/)
    const few = await plan(statements.list({ ...criteria, metadata: 2, few: 'metadata' }))
    expect(few).toMatch(/agent_sessions_pkey|idx_agent_sessions_session_id|eq_ref PRIMARY/)
    expect(few).not.toMatch(/Seq Scan on agent_sessions\b/)
  })

  it('forget an operation that is over by an index, however many are remembered', async () => {
    const steps = await plan(statements.pruneOperations)
    expect(steps).toMatch(/idx_agent_sessions_forget_(id|at)/)
    expect(await plan(statements.purgeOperations)).toContain('idx_agent_sessions_forget_at')
  })

  it('find what has expired by its index', async () => {
    expect(await plan(statements.expired(isPostgres))).toMatch(/idx_agent_sessions_expires_(at|minute)/)
  })

  it('read the newest of a session by the order of the index where the statistics know another one alone', async () => {
    const url = await database()
    const young = new Admin(url)
    await using store = new SQLStore({ url, createTables: true })
    await store.session('early').addItems(Array.from({ length: 1_000 }, () => message('early')))
    await young.execute(isPostgres ? 'ANALYZE' : 'ANALYZE TABLE agent_messages')
    if (isPostgres) await young.execute('ALTER TABLE agent_messages SET (autovacuum_enabled = off)')
    await store.session('later').addItems([message('first')])
    await young.execute(
      `INSERT INTO agent_messages (session_id, message_data, created_at)
        SELECT 'later', '{}', CURRENT_TIMESTAMP FROM ${admin.numbers(100_000)}`,
    )
    const { newest, tail, tailIds, newestEntries } = statements
    for (const statement of [newest, tail, tailIds, newestEntries]) {
      const steps = await plan(statement, 'later', young)
      expect(steps).toContain('idx_agent_messages_session_order')
      expect(steps).not.toMatch(/\bSort\b|filesort|temporary|Seq Scan on agent_messages|\bALL\b/)
    }
    await young.close()
  })

  it('answer on 100,000 items about as fast as on one, also where the limit is a parameter', async () => {
    await using store = new SQLStore({ url: admin.url })
    await store.session('short').addItems([message('only')])
    const times: Record<string, number[]> = { long: [], short: [] }
    for (let round = 0; round < 50; round++) {
      for (const [id, all] of Object.entries(times)) {
        const startedAt = performance.now()
        expect(await store.records.read(id, 20)).toHaveLength(id === 'long' ? 20 : 1)
        all.push(performance.now() - startedAt)
      }
    }
    const median = (all: number[] = []): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN
    // A scan or a sort of 100,000 rows takes a hundred times as long.
    expect(median(times.long)).toBeLessThan(10 * median(times.short))
  })
})

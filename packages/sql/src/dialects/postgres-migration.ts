import type { Connection } from '../connection.ts'
import { Collision } from '../errors.ts'
import type { Step } from './step.ts'

/** The key of the advisory lock under which tables are made: the first 8 bytes of SHA-256 of `@sessions/sql`, as a signed number. */
const schemaLock = '666065689257018112'

/**
 * Milliseconds for which a step waits for a table that others use. Whoever wants it after us waits for us meanwhile, so it gives up
 * soon, and is tried again.
 */
const tableLockMs = 500

/**
 * Runs the steps that are not done, each in a transaction of its own, so that no table is kept from others for longer than one
 * takes; all in one where there are no tables yet, which nobody can be kept from.
 * @throws Collision where others are making the tables, or use them, for the moment
 */
export async function migratePostgres(connection: Connection, steps: readonly Step[], isNew: boolean): Promise<void> {
  if (isNew) return inTransaction(connection, steps)
  for (const step of steps) {
    if (step.done !== undefined && (await finds(connection, step.done))) continue
    if (step.index === undefined) await inTransaction(connection, [step])
    else await buildIndex(connection, step.text, step.index)
  }
}

async function inTransaction(connection: Connection, steps: readonly Step[]): Promise<void> {
  await connection.execute(`BEGIN; SET LOCAL lock_timeout = ${tableLockMs}`)
  // Whoever waits for it, instead of asking again, keeps an index from being built: that waits for all statements under way.
  const { rows } = await connection.execute(`SELECT 1 AS got WHERE pg_try_advisory_xact_lock(${schemaLock})`)
  if (rows.length === 0) throw new Collision()
  for (const { text } of steps) await connection.execute(text)
  await connection.execute('COMMIT')
}

/** Two that build on one table would wait for each other. What one that was interrupted has left is of no use, but has its name. */
async function buildIndex(
  connection: Connection,
  text: string,
  { name, table }: { name: string; table: string },
): Promise<void> {
  const isBuilding = `SELECT 1 AS found FROM pg_catalog.pg_locks WHERE locktype = 'relation' AND granted
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
    AND relation = ${oid(table)} AND mode = 'ShareUpdateExclusiveLock' AND pid <> pg_backend_pid()`
  if (await finds(connection, isBuilding)) throw new Collision()
  const isThere = `SELECT 1 AS found WHERE ${oid(name)} IS NOT NULL`
  if (await finds(connection, isThere)) await connection.execute(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
  await connection.execute(text.replace('CREATE INDEX', 'CREATE INDEX CONCURRENTLY'))
}

async function finds(connection: Connection, select: string): Promise<boolean> {
  return (await connection.execute(select)).rows.length > 0
}

/** Finds a row where the index is there and complete. */
export function isBuilt(index: string): string {
  return `SELECT 1 AS found FROM pg_catalog.pg_index WHERE indexrelid = ${oid(index)} AND indisvalid`
}

/** Finds a row where there is no such index. */
export function isAbsent(index: string): string {
  return `SELECT 1 AS found WHERE ${oid(index)} IS NULL`
}

/** Finds a row where the table has all of these columns. */
export function hasColumns(table: string, columns: readonly string[]): string {
  const names = columns.map((column) => `'${column}'`).join(', ')
  return `SELECT 1 AS found FROM pg_catalog.pg_attribute
    WHERE attrelid = ${oid(table)} AND attname IN (${names}) AND NOT attisdropped HAVING count(*) = ${columns.length}`
}

/** NULL where there is no such thing. */
function oid(quoted: string): string {
  return `to_regclass('${quoted.replaceAll("'", "''")}')`
}

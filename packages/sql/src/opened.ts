import { checkTimeout, type Lease, SessionError } from '@sessions/core'
import { Calls } from './calls.ts'
import type { Database } from './database.ts'
import { connect } from './engine.ts'
import { type Limits, limitsFrom, lockTimeoutMs } from './limits.ts'
import { Listener } from './listener.ts'
import type { Notices } from './notices.ts'
import type { SQLStoreOptions } from './options.ts'
import { assertSchema, ensureSchema, type TablesFound } from './schema.ts'
import type { Tables } from './tables.ts'
import type { Joined } from './using/joined.ts'

/** What a store works with once it is open. */
export interface Opened {
  readonly lease: Lease<Database>
  readonly calls: Calls
  readonly listener: Listener | undefined
  /** Whether the sessions are indexed by minutes. */
  readonly byMinute: boolean
  /** The tables have to be looked for again. */
  forgetSchema(): void
}

/** What is known of a store before. */
export interface Unopened {
  readonly options: SQLStoreOptions
  readonly tables: Tables
  readonly notices: Notices | undefined
}

/** Milliseconds of a store's patience where it says nothing else. */
const patienceMs = 30_000

/** @throws SESSION_SCHEMA_MISSING, and whatever the driver throws */
export async function openStore({ options, tables, notices }: Unopened): Promise<Opened> {
  const { createTables = false, readFrom = 'primary', retries = 0, busyTimeoutMs = patienceMs } = options
  const timeoutMs = checkTimeout(options)
  const limits = (): Limits => limitsFrom(busyTimeoutMs, timeoutMs)
  const lease = await connect(options, { busyTimeoutMs, lockTimeoutMs: lockTimeoutMs(limits()) })
  const { resource: database } = lease
  const calls = new Calls(database, tables.key, readFrom, { busyTimeoutMs, timeoutMs, retries })
  // A store that may not make the tables must not decide for one that may.
  const schemaKey = `${createTables} ${tables.key}`
  let found: TablesFound
  try {
    found = await calls.try((within) =>
      database.once(schemaKey, () => ensureSchema(database, within, tables, createTables)),
    )
  } catch (error) {
    await lease.release()
    throw error
  }
  const listener = notices && new Listener(database, notices, limits)
  return { lease, calls, listener, ...found, forgetSchema: () => database.forget(schemaKey) }
}

/** The same within a transaction of the caller's, where no tables are made: that would commit it, or go with it. */
export async function openJoined({ options, tables }: Unopened, joined: Joined): Promise<Opened> {
  const { busyTimeoutMs = patienceMs } = options
  const { database } = joined
  // Its own timeouts tell when a connection of the caller's is given up.
  const calls = new Calls(database, tables.key, 'primary', { busyTimeoutMs, timeoutMs: 0, retries: 0, joined })
  let found: TablesFound
  try {
    found = await calls.try((limits) => database.once(tables.key, () => assertSchema(database, limits, tables)))
  } catch (error) {
    if (!(error instanceof SessionError && error.code === 'SESSION_SCHEMA_MISSING')) throw error
    throw new SessionError(error.code, `${error.message} ${unmade}`, { cause: error.cause })
  }
  const lease = { resource: database, release: async () => {} }
  return { lease, calls, listener: undefined, ...found, forgetSchema: () => database.forget(tables.key) }
}

const unmade =
  'Within a transaction of yours no tables are made: use the store itself before, such as by `await store.ping()`.'

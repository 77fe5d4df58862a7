import { SessionError } from '@sessions/core'
import { Database } from '../database.ts'
import type { SQLDialect } from '../dialects/all.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { mapError } from '../errors.ts'
import { adaptClient, type CallerClient, type SQLClient } from './caller-client.ts'
import { within } from './joined-connection.ts'
import { JoinedPool, refusal } from './joined-pool.ts'
import { savepoints } from './savepoints.ts'

/** Calls within a transaction of the caller's. */
export interface Joined {
  readonly database: Database
  /** Does one of them, once: what failed is not tried again, and its error says what became of the transaction. */
  run<T>(work: () => Promise<T>): Promise<T>
}

interface Client {
  readonly pool: JoinedPool
  readonly database: Database
}

/** By the connection: whoever comes to it, in whichever way, waits for the others. */
const known = new WeakMap<object, Client>()

/** Does no I/O. @throws TypeError for what is no client of the store's kind of database */
export function join(given: SQLClient, name: SQLDialect): Joined {
  const client = adaptClient(given)
  if (familyOf(client.name) !== familyOf(name)) {
    throw new TypeError(`using(): the client is one of ${client.name}, and the store one of ${name}.`)
  }
  const { pool, database } = known.get(client.connection) ?? toClient(client)
  known.set(client.connection, { pool, database })
  return {
    database,
    run: async (work) => {
      const ended = client.ended()
      if (ended !== undefined) throw refusal(ended)
      try {
        return await work()
      } catch (error) {
        throw explain(error, pool.isLost)
      }
    },
  }
}

function toClient({ name, connection, dialect }: CallerClient): Client {
  const edges = savepoints[name]
  const pool = new JoinedPool(connection, dialect.connect(connection, never), edges)
  const { settle: _, ...others } = dialect
  const joined: Dialect = {
    ...others,
    ...edges.dialect(dialect),
    connect: (client, prepares) => within(dialect.connect(client, prepares), edges.undo, edges.lockingReads === true),
  }
  return { pool, database: new Database(pool, joined) }
}

function never(): boolean {
  return false
}

function familyOf(name: SQLDialect): string {
  return name === 'mariadb' ? 'mysql' : name
}

/** Snapshots of Postgres do not become newer: others were faster, and will have been. */
const stale = '40001'
/** Something has failed in the transaction of Postgres before, and was not undone. */
const failedBefore = '25P02'

const lost = ' The transaction that it was part of is lost: end it with ROLLBACK, and do all of it again.'
const undone = ' It was undone, and the transaction that it was part of goes on.'

/** What failed says nothing of a commit, which is still to come, and is no better when it is tried again. */
function explain(error: unknown, isLost: boolean): unknown {
  const mapped = error instanceof SessionError ? error : mapError(error)
  if (mapped === undefined || mapped.code === 'SESSION_UNSUPPORTED') return error
  const { code, message, cause } = mapped
  const state = (cause as { code?: unknown } | undefined)?.code
  if (state === failedBefore)
    return refusal('A statement has failed in the transaction before: end it with ROLLBACK.', cause)
  const become = isLost || state === stale || code === 'SESSION_UNAVAILABLE' ? lost : undone
  return new SessionError(code, message.replace(doubt, '') + become, { retryable: false, cause })
}

/** Of a single statement that got no answer, which commits by itself elsewhere. */
const doubt = / No answer came: .*$/

/** Nobody would see it before the commit, and nobody could give it back after. */
export function withoutLeases(): SessionError {
  return new SessionError(
    'SESSION_UNSUPPORTED',
    'Within a transaction of yours no lease can be taken: take it on the store itself, around the transaction. Nothing was written.',
  )
}

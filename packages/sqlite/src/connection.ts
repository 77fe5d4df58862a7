import { type CommitResult, type GroupCommit, type Lease, SharedResources } from '@sessions/core'
import { WriteQueue, whileBusy } from './busy.ts'
import { drivers, type SQLiteDatabase } from './database.ts'
import type { DriverName, Opener } from './drivers/driver.ts'
import { isReadOnly, mapOpenError, OpenTransaction } from './errors.ts'
import { createPrivately, DatabaseFiles, realPath } from './file.ts'
import { groupCommits, type Member } from './group.ts'
import { readImage } from './image.ts'
import { makeNoTables, writeWithin } from './joined.ts'
import { WriteAheadLog } from './log.ts'
import { OneDriver } from './one-driver.ts'
import { assertKnown, migrate } from './schema.ts'
import { prepareStatements, type Statements } from './statements.ts'
import type { Names } from './tables.ts'
import { Watches } from './watches.ts'

/** A database that is open. */
export interface Connection {
  readonly database: SQLiteDatabase
  /** Absent for a database in memory or of the caller's. */
  readonly files?: DatabaseFiles
  /** Whether a path leads to what is open. */
  isAt(path: string): boolean
  /** That no other driver has the file. Absent as the files are. */
  readonly claim?: { release(): void }
  /** Absent where the log is not ours to empty. */
  readonly log?: WriteAheadLog
  /** The statements for tables of these names, which are there then. */
  statements(names: Names, busyTimeoutMs: number): Promise<Statements>
  readonly queue: WriteQueue
  /** Changes of sessions, which are committed together. */
  readonly group: GroupCommit<Member, CommitResult>
  /** Who watches sessions over it. */
  readonly watches: Watches
  /** Runs the work in one `BEGIN IMMEDIATE` transaction. @throws OpenTransaction while the caller has one of its own */
  write<T>(work: () => T): T
  /** Runs reads that see one state of the database. */
  readAtOnce<T>(work: () => T): T
}

interface FileOptions {
  path: string
  driver: DriverName
  synchronous: 'FULL' | 'NORMAL'
  busyTimeoutMs: number
  /** Whether the file must be there already. */
  mustExist: boolean
  /** The tables that are wanted first. */
  names: Names
}

/** Bytes that the log keeps at most once it starts anew; a great batch makes it larger for a while. */
const logLimit = 8 * 2 ** 20

const claims = new OneDriver()

const shared = new SharedResources<Connection>((connection) => {
  try {
    // What only a log holds that was taken away is saved into the file, whoever else has that log open.
    if (connection.files?.lackOnlyLog()) connection.database.pragma('wal_checkpoint(PASSIVE)')
    connection.log?.close()
  } finally {
    connection.database.close()
    connection.claim?.release()
  }
})

/**
 * The process's one connection to a file; those who want another `synchronous` share another.
 * @throws SESSION_UNSUPPORTED where another driver has the file open
 */
export async function connectFile(options: FileOptions): Promise<Lease<Connection>> {
  const key = `${options.driver} ${options.synchronous} ${realPath(options.path)}`
  for (;;) {
    const lease = await shared.acquire(key, () => openFile(options))
    if (lease.resource.isAt(options.path)) return lease
    // The file was deleted or replaced: those who have it will notice, and nobody new writes to it.
    shared.forget(key, lease.resource)
    await lease.release()
  }
}

/** A database in memory, of nobody else. */
export async function connectMemory(driver: DriverName): Promise<Lease<Connection>> {
  const opener = await drivers[driver].load()
  const connection = toConnection(opener.open(':memory:', false))
  return { resource: connection, release: async () => void connection.database.close() }
}

const joined = new WeakMap<SQLiteDatabase, Connection>()

/** The same, within transactions that the caller begins and ends. */
export async function joinDatabase(database: SQLiteDatabase): Promise<Lease<Connection>> {
  const write = <T>(work: () => T): T => writeWithin(database, work)
  const connection =
    joined.get(database) ?? toConnection(database, { write, makeTables: makeNoTables, readAtOnce: (work) => work() })
  joined.set(database, connection)
  return { resource: connection, release: async () => {} }
}

/** A database of the caller's, which stays open. */
export async function connectDatabase(database: SQLiteDatabase): Promise<Lease<Connection>> {
  return { resource: toConnection(database), release: async () => {} }
}

async function openFile(options: FileOptions): Promise<Connection> {
  const opener = await drivers[options.driver].load()
  const claim = claims.claim(options.path, options.driver)
  try {
    return { ...(await openClaimed(opener, options)), claim }
  } catch (error) {
    claim.release()
    throw error
  }
}

async function openClaimed(opener: Opener, options: FileOptions): Promise<Connection> {
  const { path, busyTimeoutMs, mustExist } = options
  if (!mustExist) createPrivately(path)
  const database = openDatabase(opener, path, mustExist)
  try {
    // Changing the journal mode needs the file for a moment alone and does not wait for it by itself.
    const isReadable = await whileBusy(busyTimeoutMs, () => prepareFile(database, options))
    if (isReadable)
      return { ...toConnection(database, undefined, new DatabaseFiles(path)), log: new WriteAheadLog(database) }
  } catch (error) {
    database.close()
    throw error
  }
  database.close()
  return toConnection(opener.openImage(readImage(path)), undefined, new DatabaseFiles(path))
}

function openDatabase(opener: Opener, path: string, mustExist: boolean): SQLiteDatabase {
  try {
    return opener.open(path, mustExist)
  } catch (error) {
    throw mapOpenError(path, error)
  }
}

/** Whether the file can be read; it need not be possible to write it. Touches nothing in a file of another program. */
function prepareFile(database: SQLiteDatabase, { synchronous, names }: FileOptions): boolean {
  if (!succeeds(() => assertKnown(database, names))) return false
  succeeds(() => database.pragma('journal_mode = WAL'))
  database.pragma(`synchronous = ${synchronous}`)
  database.pragma('secure_delete = ON')
  // What SQLite puts aside would stand in files that nobody overwrites.
  database.pragma('temp_store = MEMORY')
  database.pragma(`journal_size_limit = ${logLimit}`)
  // The first read opens the log.
  database.pragma('schema_version')
  return true
}

function succeeds(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (isReadOnly(error)) return false
    throw error
  }
}

function ownTransactions(database: SQLiteDatabase): Transactions {
  const transaction = database.transaction((work: () => unknown) => work())
  const write = <T>(work: () => T): T => {
    if (database.inTransaction) throw new OpenTransaction('A transaction of the caller is open.')
    return transaction.immediate(work) as T
  }
  const readAtOnce = <T>(work: () => T): T => (database.inTransaction ? work() : (transaction.deferred(work) as T))
  return { write, makeTables: write, readAtOnce }
}

/** How a connection writes. */
interface Transactions {
  write<T>(work: () => T): T
  makeTables(work: () => void): void
  readAtOnce<T>(work: () => T): T
}

function toConnection(
  database: SQLiteDatabase,
  { write, makeTables, readAtOnce }: Transactions = ownTransactions(database),
  files?: DatabaseFiles,
): Connection {
  const prepared = new Map<string, Statements>()
  const statements = async (names: Names, busyTimeoutMs: number): Promise<Statements> => {
    const key = JSON.stringify([names.tables, names.branch])
    let ready = prepared.get(key)
    if (ready === undefined) {
      await whileBusy(busyTimeoutMs, () => migrate(database, names, makeTables))
      ready = prepareStatements(database, names)
      prepared.set(key, ready)
    }
    return ready
  }
  const isAt = (path: string): boolean => files?.areAt(path) ?? true
  const queue = new WriteQueue()
  const group = groupCommits({ queue, isAt, write, database })
  return {
    database,
    isAt,
    statements,
    write,
    readAtOnce,
    queue,
    group,
    watches: Watches.of(database),
    ...(files && { files }),
  }
}

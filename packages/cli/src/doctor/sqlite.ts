import { access, constants, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { bytesText } from '../output/humane.ts'
import { sqliteDriver, sqlitePath } from '../stores/sqlite.ts'
import { type Check, check, type Doctor } from './check.ts'

/** What Linux calls file systems without memory that all processes share (statfs(2)). */
const remote: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
])
/** A log of so many bytes was not written back for long. */
const longLog = 256_000_000

export const sqliteDoctor: Doctor = async ({ url, adapter }) => {
  const path = sqlitePath(url)
  const database = new (sqliteDriver(adapter))(path, { readonly: true, fileMustExist: true }) as unknown as Pragmas
  try {
    const mode = String(database.pragma('journal_mode', { simple: true }))
    return [
      check(
        'journal',
        mode === 'wal',
        mode,
        'The first write of a store sets wal; without it readers and writers wait for one another.',
      ),
      ...(await filesOf(path)),
    ]
  } finally {
    database.close()
  }
}

interface Pragmas {
  pragma(text: string, options: { simple: true }): unknown
  close(): void
}

async function filesOf(path: string): Promise<Check[]> {
  const [file, { type }] = [await stat(path), await statfs(path)]
  const mode = (file.mode & 0o777).toString(8).padStart(4, '0')
  const isWritable = (await can(path)) && (await can(dirname(path)))
  const system = remote.get(type)
  const log = await sizeOf(`${path}-wal`)
  return [
    check(
      'rights',
      isWritable,
      isWritable ? 'file and folder can be written' : 'read only',
      'Whoever writes needs the file and its folder, for -wal and -shm.',
    ),
    check(
      'privacy',
      (file.mode & 0o077) === 0,
      `mode ${mode}`,
      `Others of this machine can read or write it: chmod 600 ${path}`,
    ),
    check(
      'file system',
      system === undefined,
      system ?? 'local',
      'WAL needs memory that all processes share: use a local disk.',
      'bad',
    ),
    check('log', log < longLog, bytesText(log), 'A reader that never ends keeps the log from being written back.'),
  ]
}

async function can(path: string): Promise<boolean> {
  return await access(path, constants.W_OK).then(
    () => true,
    () => false,
  )
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return 0
  }
}

import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, linkSync, openSync, realpathSync, statSync, unlinkSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** What SQLite keeps beside a database in WAL mode. */
const companions = ['-wal', '-shm'] as const

/** A file as the file system knows it, whatever its path names by now. */
interface Identity {
  readonly dev: number
  readonly ino: number
}

/** The files of an open database, and whether they are still where others look for them. */
export class DatabaseFiles {
  readonly #path: string
  readonly #known: readonly (readonly [suffix: string, Identity | undefined])[]

  /** To be made once they are open: as long as one is, no other gets its number. */
  constructor(path: string) {
    this.#path = realPath(path)
    this.#known = ['', ...companions].map((suffix) => [suffix, identityOf(this.#path + suffix)])
  }

  /** Whether `path` leads to these files still: three looks at the file system, 5 microseconds. */
  areAt(path: string): boolean {
    return this.#known.every(([suffix, known]) => {
      return known === undefined || isAt(suffix === '' ? path : this.#path + suffix, known)
    })
  }

  /** Whether only the log was taken away, whose content can still be saved. */
  lackOnlyLog(): boolean {
    const [[, file] = []] = this.#known
    return file !== undefined && isAt(this.#path, file) && !existsSync(`${this.#path}-wal`)
  }
}

/** One name for a file, whatever links lead to it and whether or not it exists yet. */
export function realPath(path: string): string {
  const absolute = resolve(path)
  if (existsSync(absolute)) return realpathSync(absolute)
  const folder = dirname(absolute)
  return existsSync(folder) ? join(realpathSync(folder), basename(absolute)) : absolute
}

/**
 * Makes an empty file that only its owner may read or write, where there is none; SQLite gives what it makes beside it the same
 * mode. It is made under another name, since closing a file here would end the locks of others in this process.
 */
export function createPrivately(path: string): void {
  if (existsSync(path)) return
  const draft = `${path}-${randomUUID()}`
  try {
    closeSync(openSync(draft, 'wx', 0o600))
  } catch (error) {
    if (isSystemError(error)) return // SQLite fails to make it too, and says why.
    throw error
  }
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!isSystemError(error)) throw error // Another process made it, or the file system has no links.
  } finally {
    unlinkSync(draft)
  }
}

function identityOf(path: string): Identity | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

function isAt(path: string, { dev, ino }: Identity): boolean {
  const stats = lookAt(path)
  return stats !== undefined && stats.ino === ino && stats.dev === dev
}

/** `undefined` also where the way there is no longer one, or may no longer be looked at. */
function lookAt(path: string): Identity | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (isSystemError(error)) return undefined
    throw error
  }
}

function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string'
}

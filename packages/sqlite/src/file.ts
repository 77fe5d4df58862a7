import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, linkSync, openSync, realpathSync, unlinkSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Folder } from './folder.ts'
import { type Identity, isSame, isSystemError, lookAt } from './identity.ts'

/** What SQLite keeps beside a database in WAL mode. */
const companions = ['-wal', '-shm'] as const

/** The files of an open database, and whether they are still where others look for them. */
export class DatabaseFiles {
  readonly #path: string
  readonly #known: readonly (readonly [path: string, Identity | undefined])[]
  readonly #folder: Folder

  /** To be made once they are open: as long as one is, no other gets its number. */
  constructor(path: string) {
    this.#path = realPath(path)
    this.#known = ['', ...companions].map((suffix) => [this.#path + suffix, lookAt(this.#path + suffix)])
    this.#folder = new Folder(dirname(this.#path))
  }

  /** Whether `path` leads to these files still: one look at their folder, and at each of them where something changed in it. */
  areAt(path: string): boolean {
    const look = (): boolean => this.#allAreAt(path)
    // A link to the file may lead elsewhere without any change in the folder.
    return basename(path) === basename(this.#path) ? this.#folder.holds(dirname(path), look) : look()
  }

  #allAreAt(path: string): boolean {
    return this.#known.every(([each, known]) => {
      return known === undefined || isSame(lookAt(each === this.#path ? path : each), known)
    })
  }

  /** Whether only the log was taken away, whose content can still be saved. */
  lackOnlyLog(): boolean {
    const [[, file] = []] = this.#known
    return isSame(lookAt(this.#path), file) && !existsSync(`${this.#path}-wal`)
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

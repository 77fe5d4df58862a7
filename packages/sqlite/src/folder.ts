import { type Identity, isSame, lookAt } from './identity.ts'

/** Milliseconds after which a change has another time, where the file system counts finely … */
const fineMs = 100
/** … and where it may count in whole seconds, or in twos. */
const coarseMs = 2_500

/**
 * The folder in which files lie, and whether they may have changed places. Whatever is made, removed or renamed in a folder changes its
 * ctime (https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html), which nobody can set back. Two changes soon after each
 * other may have the same, so that it proves something only once it is over.
 */
export class Folder {
  readonly #identity: Identity | undefined
  #ctimeMs = Number.NaN
  /** When its ctime is over, on the clock of `performance.now()`. */
  #overAt = 0
  /** Whether the files were looked at since. */
  #isSure = false

  constructor(path: string) {
    this.#identity = lookAt(path)
  }

  /**
   * What `look` says, or would say: whether files in the folder are in their places. It is not asked where it said so before and nothing
   * in the folder changed since.
   */
  holds(path: string, look: () => boolean): boolean {
    if (!this.#isSure && performance.now() < this.#overAt) return look()
    const folder = lookAt(path)
    if (folder === undefined || !isSame(folder, this.#identity)) return look()
    const { ctimeMs } = folder
    if (ctimeMs === this.#ctimeMs) {
      this.#isSure ||= look()
      return this.#isSure
    }
    this.#ctimeMs = ctimeMs
    this.#isSure = false
    this.#overAt = performance.now() + (ctimeMs % 1000 === 0 ? coarseMs : fineMs)
    return look()
  }
}

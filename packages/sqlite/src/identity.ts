import { statSync } from 'node:fs'

/** A file or folder as the file system knows it, whatever its path names by now. */
export interface Identity {
  readonly dev: number
  readonly ino: number
}

/** What a path leads to now, with the time of its last change; `undefined` also where the way there may no longer be looked at. */
export function lookAt(path: string): (Identity & { readonly ctimeMs: number }) | undefined {
  try {
    return statSync(path, throwing)
  } catch (error) {
    if (isSystemError(error)) return undefined
    throw error
  }
}

const throwing = { throwIfNoEntry: false } as const

export function isSame(one: Identity | undefined, other: Identity | undefined): boolean {
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev
}

export function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string'
}

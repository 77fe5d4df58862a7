import { accessSync, constants, globSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Software } from './software.ts'

/** What the tests need to know of the computer that they run on. */
export interface Machine {
  /** The path of a file of that software, if it is there. */
  find(file: string, software: Software): string | undefined
  /** Packages can be installed with apt-get, by this process. */
  readonly canInstall: boolean
  /** Installs packages. */
  install(packages: readonly string[]): Promise<void>
}

/** The path of a file in PATH or in the software's own folders. */
export function findFile(file: string, { folders }: Software): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const known = folders.flatMap((pattern) => globSync(pattern).toSorted(byVersion))
  return [...path, ...known].map((folder) => join(folder, file)).find(exists)
}

/** Debian or Ubuntu, as root. */
export function isDebianRoot(): boolean {
  return (
    process.getuid?.() === 0 &&
    exists('/etc/os-release') &&
    /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'))
  )
}

/** The newest first: of `…/9/bin` and `…/15/bin`, the latter. */
function byVersion(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true })
}

function exists(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(String(error.code))) {
      return false
    }
    throw error
  }
}

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Whom a server runs as. */
export interface User {
  readonly uid: number
  readonly gid: number
}

/**
 * The user of that name if this process is root, as servers refuse to run as root; else nothing, as the current user
 * does.
 */
export async function serverUser(name: string): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = await Promise.all([id('-u', name), id('-g', name)])
  return { uid, gid }
}

async function id(flag: string, name: string): Promise<number> {
  const { stdout } = await promisify(execFile)('id', [flag, name])
  return Number(stdout)
}

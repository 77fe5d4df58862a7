import { readFileSync, statfsSync } from 'node:fs'
import { freemem } from 'node:os'

const folder = '/dev/shm'
/** Bytes that all suites together have never come near. */
const enough = 8 * 2 ** 30

/**
 * A folder in memory for what tests write, where Linux has the room for it: then no test waits for a disk, and none fails because of
 * another one's writes. Servers and processes are killed there as anywhere; what a crash of the machine would lose is tested nowhere.
 */
export function memoryFolder(): string | undefined {
  if (process.platform !== 'linux') return undefined
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((line) => line.split(' ')[1] === folder)
  // Tests install packages with programs in them.
  if (mount === undefined || mount.split(' ')[3]?.split(',').includes('noexec')) return undefined
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize >= enough && freemem() >= 1.5 * enough ? folder : undefined
}

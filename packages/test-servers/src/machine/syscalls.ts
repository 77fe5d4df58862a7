import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { provide } from './provide.ts'
import { strace } from './software.ts'

/** A system call of the program's main thread. */
export interface SystemCall {
  readonly name: string
  /** The file that it was made on. */
  readonly path: string
  /** How many bytes it was to write. */
  readonly bytes: number
}

/** Writes down which system calls on files a program makes. */
export interface SyscallTracer {
  /** The command that runs another one and writes down what its main thread asks of files: writes, syncs, and looks whether one is there. */
  command(of: readonly [string, ...string[]], log: string): [string, ...string[]]
  /** What such a command has written down, in order. */
  read(log: string): Promise<SystemCall[]>
}

const traced = ['fsync', 'fdatasync', 'pwrite64', '?access', 'faccessat', '?faccessat2']

/** @throws Error where there is no strace for this system, or where it may not look at processes here */
export async function syscallTracer(): Promise<SyscallTracer> {
  if (process.platform !== 'linux') throw new Error('strace runs on Linux only.')
  const [program = ''] = await provide(strace)
  await promisify(execFile)(program, ['-o', '/dev/null', '-e', 'trace=none', 'true'])
  return {
    command: (of, log) => [program, '-o', log, '-y', '-s', '0', '-e', `trace=${traced.join()}`, ...of],
    read: async (log) => (await readFile(log, 'utf8')).split('\n').flatMap(parse),
  }
}

/** As `fdatasync(17</tmp/a.db-wal>) = 0`, `pwrite64(17</tmp/a.db-wal>, ""..., 4096, 32) = 4096`, `access("/tmp/x", F_OK) = -1 …`. */
function parse(line: string): SystemCall[] {
  const [, name = '', onFile, byPath] = /^(\w+)\((?:\d+<([^>]*)>|[^"]*"([^"]*)")/.exec(line) ?? []
  const [, bytes = '0'] = /^pwrite64\(.*, (\d+), \d+\)/.exec(line) ?? []
  return name === '' ? [] : [{ name, path: onFile ?? byPath ?? '', bytes: Number(bytes) }]
}

/**
 * Forked for every home: makes its folder and runs its programs. Once the channel to the test's process closes, because
 * the home is no longer needed or because that process died, it ends the programs and removes the folder.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, mkdtempSync, openSync, realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command, Notice, Request } from './messages.ts'

/** How long a program may take over its last signal, before SIGKILL. */
const lastSignalMs = 5_000

const [uid, gid] = process.argv.slice(2).map(Number)
const owner = uid === undefined || gid === undefined ? {} : { uid, gid }
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sessions-test-')))
if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)

const programs = new Map<number, { child: ChildProcess; command: Command }>()

process.on('message', (request: Request) => {
  if (request.kind === 'spawn') run(request.id, request.command)
  else signal(programs.get(request.id)?.child, request.signal)
})
process.on('disconnect', async () => {
  await Promise.all(Array.from(programs.values(), ({ child, command }) => end(child, command)))
  // Helpers of a server, such as a state transfer, may write for a moment after it died.
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  process.exit()
})
tell({ kind: 'ready', folder })

function run(id: number, command: Command): void {
  const log = openSync(join(folder, `${command.name}.log`), 'a')
  const child = spawn(command.file, command.arguments, {
    ...owner,
    cwd: folder,
    // A group of its own: what it starts ends with it.
    detached: true,
    // Its temporary files are to go with the home.
    env: { ...process.env, TMPDIR: folder, ...command.environment },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  programs.set(id, { child, command })
  child.once('spawn', () => tell({ kind: 'spawned', id, pid: child.pid ?? 0 }))
  child.once('error', (error) => {
    programs.delete(id)
    tell({ kind: 'failed', id, message: error.message })
  })
  child.once('exit', (code, killedBy) => {
    programs.delete(id)
    tell({ kind: 'exited', id, how: killedBy === null ? `exit code ${code}` : killedBy })
  })
}

async function end(child: ChildProcess, { lastSignal = 'SIGKILL' }: Command): Promise<void> {
  if (child.pid === undefined || hasExited(child)) return
  const exited = once(child, 'exit')
  const impatience = setTimeout(() => signal(child, 'SIGKILL'), lastSignalMs)
  signal(child, lastSignal)
  await exited
  clearTimeout(impatience)
}

/** SIGKILL goes to the program's group, any other signal to the program alone. */
function signal(child: ChildProcess | undefined, name: NodeJS.Signals): void {
  if (child?.pid === undefined || hasExited(child)) return
  if (name === 'SIGKILL') process.kill(-child.pid, name)
  else child.kill(name)
}

function hasExited({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function tell(notice: Notice): void {
  if (process.connected) process.send?.(notice)
}

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { User } from '../machine/user.ts'
import { StartError } from './errors.ts'
import type { Command, Notice, Request } from './messages.ts'

/** A program that runs in a home. */
export interface RunningProgram {
  readonly pid: number
  /** Resolves to how it ended, such as `exit code 1` or `SIGKILL`. */
  readonly exited: Promise<string>
  /** Sends a signal; nothing if it has ended. */
  signal(name: NodeJS.Signals): void
}

interface Watch {
  readonly command: Command
  readonly spawned: PromiseWithResolvers<number>
  readonly exited: PromiseWithResolvers<string>
}

const supervisorPath = fileURLToPath(new URL('./supervisor.ts', import.meta.url))
const logTailLines = 40

/**
 * A temporary folder and the programs that run in it, all of one user. They end, and the folder goes, with `remove` or
 * with the process that opened it, even if that is killed: a supervisor, a process of its own, sees to it.
 */
export class Home {
  readonly folder: string
  readonly #supervisor: ChildProcess
  readonly #watches = new Map<number, Watch>()
  #lastId = 0
  #removed: Promise<void> | undefined

  private constructor(supervisor: ChildProcess, folder: string) {
    this.#supervisor = supervisor
    this.folder = folder
    supervisor.on('message', (notice: Notice) => this.#receive(notice))
    supervisor.once('exit', (code, signal) => this.#fail(`The supervisor has ended (${signal ?? code})`))
  }

  /** Makes the folder, which belongs to `user`: by default the user of this process. */
  static async open(user?: User): Promise<Home> {
    const supervisor = fork(supervisorPath, user === undefined ? [] : [String(user.uid), String(user.gid)], {
      // Not in the group of the terminal: Ctrl-C must leave it the time to clean up.
      detached: true,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const notice = await Promise.race([once(supervisor, 'message'), once(supervisor, 'exit')])
    const [first]: (Notice | number | null)[] = notice
    if (typeof first !== 'object' || first?.kind !== 'ready') throw new Error('The supervisor of a test server died')
    return new Home(supervisor, first.folder)
  }

  /** Starts a program that is to go on. @throws StartError if it can't be executed. */
  async spawn(command: Command): Promise<RunningProgram> {
    const id = ++this.#lastId
    const watch: Watch = { command, spawned: Promise.withResolvers(), exited: Promise.withResolvers() }
    this.#watches.set(id, watch)
    this.#send({ kind: 'spawn', id, command })
    const pid = await watch.spawned.promise
    return { pid, exited: watch.exited.promise, signal: (signal) => this.#send({ kind: 'signal', id, signal }) }
  }

  /** Runs a program to its end. @throws StartError with the tail of its log unless it succeeds. */
  async run(command: Command): Promise<void> {
    const { exited } = await this.spawn(command)
    const how = await exited
    if (how !== 'exit code 0') throw new StartError(`${command.file} ended with ${how}`, await this.logTail(command))
  }

  /** The last lines that a program has written. */
  async logTail({ name }: Pick<Command, 'name'>): Promise<string> {
    const log = await readFile(join(this.folder, `${name}.log`), 'utf8')
    return log.trimEnd().split('\n').slice(-logTailLines).join('\n')
  }

  /** Ends the programs and removes the folder. @throws Error if something of it is left. */
  remove(): Promise<void> {
    this.#removed ??= this.#disconnect()
    return this.#removed
  }

  async #disconnect(): Promise<void> {
    if (!this.#supervisor.connected) return
    const exited = once(this.#supervisor, 'exit')
    this.#supervisor.disconnect()
    const [code] = await exited
    if (code !== 0) throw new Error(`The supervisor could not clean up ${this.folder}: see its words on stderr`)
  }

  #send(request: Request): void {
    if (this.#supervisor.connected) this.#supervisor.send(request)
    else this.#fail('The home has been removed')
  }

  #receive(notice: Notice): void {
    if (notice.kind === 'ready') return
    const watch = this.#watches.get(notice.id)
    if (notice.kind === 'spawned') watch?.spawned.resolve(notice.pid)
    else this.#watches.delete(notice.id)
    if (notice.kind === 'exited') watch?.exited.resolve(notice.how)
    if (notice.kind === 'failed') {
      watch?.spawned.reject(new StartError(`${watch.command.file} can't be executed: ${notice.message}`, ''))
    }
  }

  #fail(message: string): void {
    for (const { command, spawned, exited } of this.#watches.values()) {
      spawned.reject(new StartError(`${command.file}: ${message}`, ''))
      exited.resolve(message)
    }
    this.#watches.clear()
  }
}

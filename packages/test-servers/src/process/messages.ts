/** A program to run in a home. */
export interface Command {
  /** Its log is the file `<name>.log` of the home. */
  readonly name: string
  readonly file: string
  readonly arguments: readonly string[]
  /** Added to the variables of the test's process. */
  readonly environment?: Readonly<Record<string, string>>
  /** What ends it for good when its home goes; SIGKILL unless said otherwise. */
  readonly lastSignal?: NodeJS.Signals
}

/** What a test's process asks of a supervisor. `id` is the asker's name for the program. */
export type Request =
  | { readonly kind: 'spawn'; readonly id: number; readonly command: Command }
  | { readonly kind: 'signal'; readonly id: number; readonly signal: NodeJS.Signals }

/** What a supervisor tells. */
export type Notice =
  | { readonly kind: 'ready'; readonly folder: string }
  | { readonly kind: 'spawned'; readonly id: number; readonly pid: number }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'exited'; readonly id: number; readonly how: string }

import type { Outcome } from '../exit-codes.ts'
import type { Context } from './context.ts'
import type { OptionSpecs, ValuesOf } from './option.ts'

/**
 * Whether a command has the options that name a store, and what it opens it for: `create` makes a file where there is none, the others
 * do not. One that only reads opens SQLite's file for reading.
 */
export type StoreUse = 'none' | 'read' | 'write' | 'create'

/** What stands in one file of `commands/`. */
export interface Command<O extends OptionSpecs = OptionSpecs> {
  /** More than the line of `sessions --help`. */
  about?: string
  /** What is named by its place, as Commander writes it: `<session>`, `[shell]`, `<session...>`. */
  words?: readonly (readonly [name: string, about: string])[]
  options: O
  /** Whether options that are not known are no mistake: for a command that only says what it needs. */
  takesAnything?: boolean
  store: StoreUse
  /** Command lines, each with what it is for; shown by `--help`. */
  examples: readonly (readonly [line: string, about: string])[]
  /** What `--json` prints, as a type; absent where there is no `--json`. */
  json?: string
  /** Whether it asks before it does something, which `--yes` answers. */
  asks?: boolean
  /** Whether a person gets its output in a pager. */
  pages?: boolean
  /** What is to be said after Ctrl-C: how to go on. */
  goOn?: string
  /** Resolves to how it ended, where that is not `done`. */
  run(context: Context<ValuesOf<O>>): Promise<Outcome | undefined>
}

/** So that a command knows the types of its options. */
export function defineCommand<const O extends OptionSpecs>(command: Command<O>): Command {
  return command as unknown as Command
}

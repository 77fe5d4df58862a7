import type { Outcome } from '../exit-codes.ts'
import type { Context } from './context.ts'
import type { OptionSpecs, ValuesOf } from './option.ts'

/** How many stores a command works on, where they are named, and whether it changes them. */
export type StoreUse = 'none' | 'read' | 'write'

/** What stands in one file of `commands/`. */
export interface Command<O extends OptionSpecs = OptionSpecs> {
  name: string
  /** One line for `sessions --help`. */
  summary: string
  /** More for its own `--help`. */
  about?: string
  /** What is named by its place, as Commander writes it: `<session>`, `[shell]`, `<session...>`. The store may follow. */
  words?: readonly (readonly [name: string, about: string])[]
  options: O
  /** Whether it has the options that name a store, and whether the store is opened for writing. */
  store: StoreUse
  /** Command lines, each with what it is for. The first one stands in `--help`. */
  examples: readonly (readonly [line: string, about: string])[]
  /** What `--json` prints, as a type; absent where there is no `--json`. */
  json?: string
  /** What is to be said after Ctrl-C: how to go on. */
  goOn?: string
  /** Resolves to how it ended, where that is not `done`. */
  run(context: Context<ValuesOf<O>>): Promise<Outcome | undefined>
}

/** So that a command knows the types of its options. */
export function defineCommand<const O extends OptionSpecs>(command: Command<O>): Command {
  return command as unknown as Command
}

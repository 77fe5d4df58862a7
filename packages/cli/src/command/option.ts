/** An option of a command, as Commander writes flags: `-n, --limit <n>`, or `--json` for one that is there or not. */
export interface OptionSpec<T = unknown> {
  flags: string
  /** One line for `--help`. */
  about: string
  /** Of the text that was given. @throws Failure that says what it should have been */
  parse?: (text: string) => T
  default?: T
  /** Whether it may be given several times. */
  many?: boolean
  /** What there is to choose from. */
  choices?: readonly string[]
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** What a command gets for its options. */
export type ValuesOf<O extends OptionSpecs> = { readonly [K in keyof O]: ValueOf<O[K]> }

type ValueOf<S extends OptionSpec> = S extends { parse: (text: string) => infer T }
  ? S extends { many: true }
    ? readonly T[]
    : S extends { default: T }
      ? T
      : T | undefined
  : boolean

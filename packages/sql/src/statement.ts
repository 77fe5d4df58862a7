import { createHash } from 'node:crypto'

/** A text with its parameters in the order in which the driver wants their values. */
export interface Statement {
  /** Equal for equal texts, in every process: what a connection prepares it under. */
  readonly name: string
  readonly text: string
  readonly parameters: readonly string[]
}

/** What a driver binds. */
export type Value = string | number | null | readonly (string | null)[]

/** `$1` where a value may be bound to several places, `?` where each place has its own. */
export type Placeholders = 'numbered' | 'positional'

/** What is quoted stays as it is; else a `:name` that is no `::cast`. */
const named = /'[^']*'|"[^"]*"|`[^`]*`|(?<!:):([a-z]\w*)/gi

/** Turns `:name` into the placeholders of a driver. */
export function compile(source: string, placeholders: Placeholders): Statement {
  const parameters: string[] = []
  const text = source.replaceAll(/\s*\n\s*/g, ' ').replaceAll(named, (found, name: string | undefined) => {
    if (name === undefined) return found
    if (placeholders === 'positional') {
      parameters.push(name)
      return '?'
    }
    if (!parameters.includes(name)) parameters.push(name)
    return `$${parameters.indexOf(name) + 1}`
  })
  const digest = createHash('sha256').update(text).digest('hex')
  return { name: `sessions_${digest.slice(0, 32)}`, text: text.trim(), parameters }
}

/** The values in the order of the statement; what is not given is NULL. */
export function bind({ parameters }: Statement, values: Readonly<Record<string, Value | undefined>>): Value[] {
  return parameters.map((name) => values[name] ?? null)
}

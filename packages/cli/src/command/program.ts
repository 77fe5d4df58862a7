import { createRequire } from 'node:module'
import { Command as Commander, InvalidArgumentError, Option } from 'commander'
import { exitCodes, Failure } from '../exit-codes.ts'
import { redacted } from '../output/redact.ts'
import { visible } from '../output/visible.ts'
import { storeOptions } from '../stores/store-options.ts'
import type { Command } from './command.ts'
import type { OptionSpec, OptionSpecs } from './option.ts'
import type { Listed } from './registry.ts'

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

/** What was asked for. */
export interface Invocation {
  name: string
  command: Command
  words: readonly string[]
  values: Readonly<Record<string, unknown>>
}

const afterHelp = `
The store: --store URL, or SESSIONS_URL in the environment. Keys and passwords come from the environment, a file or a
prompt, never from an argument. NO_COLOR turns colours off. \`sessions <command> --help\` has examples.

Exit codes:
${Object.values(exitCodes)
  .map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`)
  .join('\n')}`

/**
 * The program, as Commander parses it.
 * @param commands - in the order of its help
 * @param isWanted - which commands are loaded; the others have their names and summaries only
 */
export async function createProgram(
  commands: readonly Listed[],
  isWanted: (name: string) => boolean,
  invoke: (invocation: Invocation) => Promise<void>,
): Promise<Commander> {
  const program = new Commander('sessions')
    .description('Looks at, searches, moves, re-keys, prunes and checks conversations in any store.')
    .version(version)
    .addHelpText('after', afterHelp)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeErr: (text) => process.stderr.write(visible(redacted(text))) })
  for (const { name, summary, load } of commands) {
    const parser = program.command(name).summary(summary).exitOverride()
    if (!isWanted(name)) continue
    const command = await load()
    describe(parser, command, summary)
    parser.action(async () => {
      const words = parser.processedArgs.flat().filter((word) => word !== undefined) as string[]
      await invoke({ name, command, words, values: { ...switches(command), ...parser.opts() } })
    })
  }
  return program
}

/** The options of a command and those that several have. */
function optionsOf(command: Command): OptionSpecs {
  return {
    ...command.options,
    ...(command.store !== 'none' && storeOptions),
    ...(command.json !== undefined && { json: { flags: '--json', about: `for programs: ${command.json}` } }),
    ...(command.asks === true && { yes: { flags: '-y, --yes', about: 'do not ask' } }),
    ...(command.pages === true && { noPager: { flags: '--no-pager', about: 'no pager; PAGER names another' } }),
  }
}

/** Those that are not given are not there for Commander. */
function switches({ options }: Command): Record<string, boolean> {
  const names = Object.entries(options).flatMap(([name, { parse }]) => (parse === undefined ? [name] : []))
  return Object.fromEntries(names.map((name) => [name, false]))
}

function describe(parser: Commander, command: Command, summary: string): void {
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
  parser.description(command.about === undefined ? sentence : `${sentence}\n\n${command.about}`)
  for (const [name, about] of command.words ?? []) parser.argument(name, about)
  if (command.takesAnything === true) parser.allowUnknownOption().allowExcessArguments()
  const group = command.store === 'none' ? undefined : 'Options of the store:'
  for (const [name, spec] of Object.entries(optionsOf(command))) {
    const option = optionOf(spec)
    if (group !== undefined && Object.hasOwn(storeOptions, name)) option.helpGroup(group)
    parser.addOption(option)
  }
  const lines = command.examples.map(([line, about]) => `  # ${about}\n  ${line}`)
  parser.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}

function optionOf({ flags, about, parse, default: fallback, many, choices }: OptionSpec): Option {
  const option = new Option(flags, about)
  if (fallback !== undefined) option.default(fallback)
  // Before the parser, which takes the place of the one that looks at the choices.
  if (choices !== undefined) option.choices([...choices])
  if (parse === undefined || choices !== undefined) return option
  return option.argParser((given: string, previous: unknown) => {
    try {
      const value = parse(given)
      return many === true ? [...((previous as unknown[] | undefined) ?? []), value] : value
    } catch (error) {
      throw error instanceof Failure ? new InvalidArgumentError(error.message) : error
    }
  })
}

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** What was given on the command line: options by their names, and the words that belong to none. */
type Given<O extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>
>

/**
 * Reads the command line of a script. `--help` prints the usage; an option that the script does not have, or a word too many, is
 * refused.
 * @param usage - a line with what is to be typed, then what it does and what there is to choose from
 * @param options - as `parseArgs` takes them
 * @param maxWords - how many words beside options the script takes; default: none
 */
export function commandLine<const O extends ParseArgsOptionsConfig>(
  usage: string,
  options: O,
  maxWords = 0,
): Given<O> & { refuse(sentence: string): never } {
  const refuse = (sentence: string): never => {
    console.error(`${sentence}\n\nUsage: ${usage}`)
    process.exit(2)
  }
  const words = process.argv.slice(2)
  if (words.includes('--help') || words.includes('-h')) {
    console.log(`Usage: ${usage}`)
    process.exit(0)
  }
  const given = parse(options, refuse)
  const extra = given.positionals[maxWords]
  if (extra !== undefined) return refuse(`It does not take ${JSON.stringify(extra)}.`)
  return { ...given, refuse }
}

function parse<O extends ParseArgsOptionsConfig>(options: O, refuse: (sentence: string) => never): Given<O> {
  try {
    return parseArgs({ options, allowPositionals: true, strict: true }) as Given<O>
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // The first sentence; the others explain options to those who write programs.
    return refuse(`${error.message.split('. ')[0]?.replace(/\.$/, '')}.`)
  }
}

import type { Command } from '../command/command.ts'
import { defineCommand } from '../command/command.ts'
import { Failure } from '../exit-codes.ts'
import { load } from '../stores/resolve.ts'

/** The command of `@sessions/studio`, which has a package of its own; without that, one that says what installs it. */
export async function studioCommand(): Promise<Command> {
  try {
    return (await load<{ studio: Command }>('@sessions/studio/command')).module.studio
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return missing(error)
  }
}

function missing(failure: Failure): Command {
  return defineCommand({
    about: failure.message,
    words: [['[store]', 'a url, as --store takes it']],
    options: {},
    takesAnything: true,
    store: 'read',
    examples: [['sessions studio sqlite:conversations.db', 'prints the link']],
    run() {
      throw failure
    },
  })
}

import { CommanderError } from 'commander'
import { createProgram, type Invocation } from './command/program.ts'
import { commands, type Listed } from './command/registry.ts'
import { exitCodes } from './exit-codes.ts'

/**
 * Runs a command line.
 * @param own - the commands that there are: those of another program of ours, or this one's
 */
export async function main(argv: readonly string[], own: readonly Listed[] = commands): Promise<void> {
  const [first, second] = argv
  const wanted = first === 'help' ? second : first
  const completes = wanted === 'complete'
  const program = await createProgram(own, (name) => completes || name === wanted, runCommand)
  if (completes) (await import('@bomb.sh/tab/commander')).default(program)
  else program.command('complete').summary('print the completion for bash, zsh, fish or powershell')
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // It has said what there is to say. Without a command it prints its help, which is no success.
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage[0]
  }
}

/** Help and completion go without all that a command loads. */
async function runCommand(invocation: Invocation): Promise<void> {
  const { invoke } = await import('./invoke.ts')
  await invoke(invocation)
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs a command with its output shown; ends this process with the command's exit code where it fails. */
export async function run(command: string, parameters: readonly string[]): Promise<void> {
  const code = await exitCode(command, parameters)
  if (code !== 0) process.exit(code)
}

/** Runs a command with its output shown. A command that a signal ended counts as failed. */
export async function exitCode(command: string, parameters: readonly string[]): Promise<number> {
  const child = spawn(command, parameters, { stdio: 'inherit', env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' } })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

/**
 * Runs command after command, as `cli.ts` runs one: a line of JSON on standard input for each. Each ends with a line on both outputs that
 * has its exit code.
 */
import { createInterface } from 'node:readline'
import { main } from '../../src/main.ts'

for await (const line of createInterface(process.stdin)) {
  const { args, env } = JSON.parse(line) as { args: string[]; env: Record<string, string> }
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  process.exitCode = 0
  await main(args)
  for (const stream of [process.stdout, process.stderr]) stream.write(`\0${process.exitCode}\n`)
}

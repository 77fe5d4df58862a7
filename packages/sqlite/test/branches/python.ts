import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('advanced_session.py', import.meta.url))

/** Runs commands as Python's class does, and gives what each gave. */
export function python(path: string, sessionId: string, ...commands: readonly (readonly unknown[])[]): unknown[] {
  const input = JSON.stringify(commands)
  return JSON.parse(execFileSync('python3', [program, path, sessionId], { input, encoding: 'utf8' }))
}

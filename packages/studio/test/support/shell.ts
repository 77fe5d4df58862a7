import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const program = new URL('../../../cli/src/cli.ts', import.meta.url).pathname

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** A shell in a folder where `sessions` is installed: what it is given is run as somebody would paste it. */
export async function shell(folder: string, line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const installed = join(folder, 'sessions')
  writeFileSync(installed, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
  chmodSync(installed, 0o755)
  const { PATH = '', HOME = '' } = process.env
  const child = spawn('bash', ['-c', line], {
    cwd: folder,
    env: { PATH: `${folder}:${PATH}`, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}

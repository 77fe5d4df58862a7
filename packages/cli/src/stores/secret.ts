import { readFile } from 'node:fs/promises'
import { Failure } from '../exit-codes.ts'
import { askSecret } from '../output/prompts.ts'
import { keepSecret } from '../output/redact.ts'

/**
 * A secret from where it is kept: `env:NAME`, `file:PATH` (without the newline at its end), or `prompt`. Never as an argument, which every
 * user of the machine can read.
 * @throws Failure, which holds nothing of what was given
 */
export async function readSecret(source: string, what: string): Promise<string> {
  const secret = await find(source, what)
  if (secret === '') throw new Failure('usage', `${what} is empty.`)
  keepSecret(secret)
  return secret
}

async function find(source: string, what: string): Promise<string> {
  if (source === 'prompt') return await askSecret(what)
  const [, kind, name = ''] = /^(env|file):(.+)$/s.exec(source) ?? []
  if (kind === 'env') {
    const value = process.env[name]
    if (value === undefined) throw new Failure('usage', `The environment has no ${name}, which should hold ${what}.`)
    return value
  }
  if (kind === 'file') {
    try {
      return (await readFile(name, 'utf8')).replace(/\r?\n$/, '')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw new Failure('usage', `The file with ${what} cannot be read: ${code}.`, { cause: error })
    }
  }
  throw new Failure('usage', `${what} is taken from env:NAME, file:PATH or prompt, never from the command line itself.`)
}

import type { KeyEntry } from '@sessions/encrypted'
import { Failure } from '../exit-codes.ts'
import { keepSecret } from '../output/redact.ts'
import { readSecret } from './secret.ts'

/**
 * The keys of a store: one, or several as lines `id key`, the first of which encrypts while all decrypt.
 * `undefined` where none was given.
 */
export async function readKeys(source: string | undefined): Promise<readonly KeyEntry[] | undefined> {
  if (source === undefined) return undefined
  const text = await readSecret(source, 'the key')
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  // A passphrase has spaces too, but is one line; of several lines each names its key.
  if (lines.length === 1 && !/^\S+ [A-Za-z0-9+/]{43}=$|^\S+ [0-9a-f]{64}$/i.test(text.trim())) {
    return [{ id: 'default', key: text }]
  }
  return lines.map((line, index) => {
    const [, id, key] = /^(\S+)\s+(.+)$/.exec(line.trim()) ?? []
    if (id === undefined || key === undefined)
      throw new Failure('usage', `Line ${index + 1} of the keys must be: id key`)
    keepSecret(key)
    return { id, key }
  })
}

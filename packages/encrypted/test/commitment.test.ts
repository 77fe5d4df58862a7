import type { MemoryStore } from '@sessions/core'
import type { EncryptionOptions } from '@sessions/encrypted'
import { describe, expect, it } from 'vitest'
import { KeyRing } from '../src/key-ring.ts'
import { xchacha } from '../src/xchacha.ts'
import { failure } from './support/failure.ts'
import { testKey } from './support/keys.ts'
import { encrypted, id, written } from './support/written.ts'

async function overwrite(memory: MemoryStore, records: readonly string[]): Promise<void> {
  await memory.records.commit(id, { drop: 'all', append: records })
}

describe('an envelope that commits to its key', () => {
  it('says truly whether it is another key, or the right one and something was altered', async () => {
    const { memory, records } = await written()
    const [first = ''] = records
    const said = async (record: string, options?: EncryptionOptions): Promise<string> => {
      await overwrite(memory, [record])
      return (await failure(() => encrypted(memory, options).session(id).getItems())).message
    }
    const changed = (place: number): string => {
      const { payload, ...head } = JSON.parse(first)
      const bytes = Buffer.from(payload, 'base64url')
      bytes[place] = (bytes[place] ?? 0) ^ 1
      return JSON.stringify({ ...head, payload: bytes.toString('base64url') })
    }
    expect(await said(first, { encryptionKey: testKey(1) })).toMatch(/the key is another one: not the one/)
    for (const place of [0, 6, 62, -1]) {
      const at = place < 0 ? Buffer.from(JSON.parse(first).payload, 'base64url').length - 1 : place
      expect(await said(changed(at)), `byte ${at}`).toMatch(/it was altered, or belongs to another session: the key is/)
    }
    expect(await said(changed(40)), 'a commitment to no key').toMatch(/the key is another one/)
  })

  it('gives one answer for what is altered and for what a holder of the key made of no text', async () => {
    const { memory } = await written()
    const ring = new KeyRing([{ id: 'default', key: testKey() }], 'sessions')
    const keys = await ring.forSession('default', id)
    const time = new Uint8Array(6)
    const nonce = crypto.getRandomValues(new Uint8Array(24))
    const field = (text: string): Buffer => Buffer.from([0, text.length, ...Buffer.from(text)])
    const label = Buffer.from('sessions/encrypted/v3')
    const data = Buffer.concat([label, field('XC20P'), field('default'), field(''), field(id), time])
    const sealed = await xchacha.seal(
      keys.derive('sessions/encrypted/v3/XC20P'),
      nonce,
      data,
      Uint8Array.of(0xff, 0xfe),
    )
    const payload = Buffer.concat([time, nonce, keys.commitment, sealed]).toString('base64url')
    await overwrite(memory, [JSON.stringify({ __enc__: 3, alg: 'XC20P', kid: 'default', payload })])
    const error = await failure(() => encrypted(memory).session(id).getItems())
    expect(error).toMatchObject({ code: 'SESSION_DECRYPT_FAILED' })
    expect(error.message).toMatch(/it was altered, or belongs to another session/)
  })
})

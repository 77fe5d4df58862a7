import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AgentInputItem, MemoryStore, type SessionStore } from '@sessions/core'
import { EncryptedStore } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import { type Comparison, type Contender, compare, report } from './compare.ts'

/**
 * What somebody would write on node:crypto in an afternoon: AES-256-GCM with a random nonce, the session id as associated data,
 * base64 in JSON. The key is that of the session already.
 */
class ByHand {
  readonly #key = randomBytes(32)
  readonly #store = new MemoryStore()
  readonly #data = Buffer.from('bench')

  #seal(record: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(this.#data)
    const ciphertext = Buffer.concat([nonce, cipher.update(record, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return JSON.stringify({ v: 1, payload: ciphertext.toString('base64') })
  }

  #open(record: string): string {
    const bytes = Buffer.from((JSON.parse(record) as { payload: string }).payload, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12)).setAAD(this.#data)
    decipher.setAuthTag(bytes.subarray(-16))
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8')
  }

  async replace(records: string[]): Promise<void> {
    await this.#store.deleteSession('bench')
    await this.#store.records.commit('bench', { append: records.map((record) => this.#seal(record)) })
  }

  async read(): Promise<string[]> {
    return (await this.#store.records.read('bench')).map((record) => this.#open(record))
  }
}

/** Writes and reads records of one size, over the same store in memory, so that nothing but encryption differs. */
function pair(count: number, length: number): { write: Contender; read: Contender } {
  const records = Array.from({ length: count }, (_, index) => {
    return JSON.stringify({ role: 'user', content: `${index} `.padEnd(length - 28, 'x') })
  })
  const ours = new EncryptedStore({ store: new MemoryStore(), encryptionKey: randomBytes(32), cache: false })
  const byHand = new ByHand()
  const replace = async (): Promise<void> => {
    await ours.deleteSession('bench')
    await ours.records.commit('bench', { append: records })
  }
  return {
    write: { ours: replace, byHand: () => byHand.replace(records) },
    read: { ours: () => ours.records.read('bench'), byHand: () => byHand.read() },
  }
}

/** A turn on a history of 1,000 on disk: all is read, and 4 items are added; in the place of 'by hand' the same without encryption. */
async function turns(): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-bench-'))
  const plain = new SQLiteStore({ path: join(folder, 'plain.db') })
  const beneath = new SQLiteStore({ path: join(folder, 'encrypted.db') })
  const encrypted = new EncryptedStore({ store: beneath, encryptionKey: randomBytes(32), ownsStore: true })
  const items = (count: number): AgentInputItem[] =>
    Array.from({ length: count }, (_, index) => ({ role: 'user', content: `${index} `.padEnd(472, 'x') }))
  const turn = async (store: SessionStore): Promise<() => Promise<void>> => {
    await store.session('bench').addItems(items(1_000))
    return async () => {
      const session = store.session('bench')
      await session.getItems()
      await session.addItems(items(4))
    }
  }
  const contender = { ours: await turn(encrypted), byHand: await turn(plain) }
  const comparison = await compare('a turn on 1,000, against plain SQLite', 200, contender)
  await Promise.all([plain.close(), encrypted.close()])
  rmSync(folder, { recursive: true })
  return comparison
}

export async function run(): Promise<boolean> {
  const [one, thousand, medium, large] = [pair(1, 500), pair(1_000, 500), pair(1, 15_000), pair(1, 100_000)]
  const comparisons = [
    await compare('encrypt 500 bytes', 10_000, one.write),
    await compare('decrypt 500 bytes', 10_000, one.read),
    await compare('encrypt 1,000 × 500 bytes', 100, thousand.write),
    await compare('decrypt 1,000 × 500 bytes', 100, thousand.read),
    await turns(),
    await compare('encrypt 15 KB', 3_000, medium.write),
    await compare('decrypt 15 KB', 3_000, medium.read),
    await compare('encrypt 100 KB', 1_000, large.write),
    await compare('decrypt 100 KB', 1_000, large.read),
  ]
  report(comparisons, 0.4)
  // At most 2.5 times as long, for what most items are; large ones are there to be seen.
  return comparisons.slice(0, 5).every(({ ratio }) => ratio >= 0.4)
}

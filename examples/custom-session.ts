// A session class of your own: four hooks over JSON files, one a session, and the conformance kit that certifies it.
// Good for one process. Where several write, subclass `SessionStore` over a database instead: its one write is atomic.
//   node examples/custom-session.ts
import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type AgentInputItem, jsonCodec, Session } from '@sessions/core'
import { formatReport, runConformance } from '@sessions/core/conformance'

/** The last write that is under way for a file, whichever handle it came from. */
const writes = new Map<string, Promise<unknown>>()

/** A conversation in a JSON Lines file of `folder`. The base class has checked every argument before a hook sees it. */
export class FileSession extends Session {
  readonly #file: string

  constructor({ sessionId, folder }: { sessionId: string; folder: string }) {
    super(sessionId)
    // A digest: ids may hold slashes, differ only in case, or be longer than a file name may be.
    this.#file = join(resolve(folder), `${createHash('sha256').update(sessionId).digest('hex')}.jsonl`)
  }

  /** In turn too: whoever reads without waiting for a write still sees it. */
  protected async _getItems(limit: number | undefined): Promise<AgentInputItem[]> {
    const records = await this.#inTurn(() => this.#read())
    const wanted = limit === undefined ? records : records.slice(-limit)
    return wanted.map((record) => jsonCodec.decode(record))
  }

  protected async _addItems(items: readonly AgentInputItem[]): Promise<void> {
    const added = items.map((item) => jsonCodec.encode(item))
    await this.#inTurn(async () => this.#write([...(await this.#read()), ...added]))
  }

  protected async _popItem(): Promise<AgentInputItem | undefined> {
    return this.#inTurn(async () => {
      const records = await this.#read()
      const newest = records.pop()
      if (newest === undefined) return undefined
      const item = jsonCodec.decode(newest) // first, so that a damaged record is not lost
      await this.#write(records)
      return item
    })
  }

  protected async _clearSession(): Promise<void> {
    await this.#inTurn(() => rm(this.#file, { force: true }))
  }

  /** Reading and then writing must not overlap with another write, or one of the two would be lost. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = (writes.get(this.#file) ?? Promise.resolve()).then(work, work)
    writes.set(this.#file, mine)
    try {
      return await mine
    } finally {
      if (writes.get(this.#file) === mine) writes.delete(this.#file)
    }
  }

  async #read(): Promise<string[]> {
    const text = await readFile(this.#file, 'utf8').catch(emptyIfMissing)
    return text.split('\n').slice(0, -1)
  }

  async #write(records: readonly string[]): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true })
    const temporary = `${this.#file}.${randomUUID()}`
    await writeFile(temporary, records.map((record) => `${record}\n`).join(''), { flush: true })
    await rename(temporary, this.#file)
  }
}

function emptyIfMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}

// Only where this file is the program, so that others can import the class.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename) {
  const folder = mkdtempSync(join(tmpdir(), 'custom-session-'))
  const clear = async (): Promise<void> => rmSync(folder, { recursive: true, force: true })
  const report = await runConformance({
    name: 'FileSession',
    openSession: async (sessionId) => new FileSession({ sessionId, folder }),
    reset: clear,
    capabilities: { durable: true, transactions: false },
  })
  await clear()
  console.log(formatReport(report))
  process.exitCode = report.ok ? 0 : 1
}

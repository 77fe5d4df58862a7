import { randomUUID } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { History, type Outcome, type Request } from './history.ts'

const newline = 0x0a

/**
 * A file to which every process appends what it asks for, one line a request. The order of the lines is the order of the
 * requests, and reading them says what came of each: so there is no lock, and none that a killed process could leave behind.
 *
 * A line is written by one call, which a local file system does not mix with others. What a killed process leaves of a line
 * is no JSON and is passed over.
 */
export class Journal {
  readonly history: History = new History()
  readonly #path: string
  /** Up to where it was read. */
  #offset = 0
  /** Where the line begins that last left nothing. */
  #deletedAt = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  /** The history with all that was acknowledged to anybody before this call. */
  read(): Promise<History> {
    return this.#inTurn(async () => {
      const file = await open(this.#path, 'r').catch(undefinedIfMissing)
      if (file === undefined) return this.history
      try {
        await this.#catchUp(file)
        return this.history
      } finally {
        await file.close()
      }
    })
  }

  /** Appends the request; once it is on the disk, says what came of it. */
  request(request: Omit<Request, 'id'>): Promise<Outcome> {
    return this.#inTurn(async () => {
      const id = randomUUID()
      const file = await open(this.#path, 'a+')
      try {
        await appendLine(file, JSON.stringify({ id, ...request }))
        const outcome = await this.#catchUp(file, id)
        if (outcome === undefined) throw new Error('The journal does not have the line that was written to it.')
        return outcome
      } finally {
        await file.close()
      }
    })
  }

  /**
   * Overwrites what stands before the line that last left nothing, which stays for those that have read only up to there. The file itself
   * stays too: another process may be about to append to it.
   */
  async wipe(): Promise<void> {
    await this.#inTurn(async () => {
      const file = await open(this.#path, 'r+')
      try {
        await file.write(Buffer.alloc(this.#deletedAt, newline), 0, this.#deletedAt, 0)
        await file.datasync()
      } finally {
        await file.close()
      }
    })
  }

  /** Reads the lines that came since. Gives what came of the request with this id. */
  async #catchUp(file: FileHandle, id?: string): Promise<Outcome | undefined> {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(size - this.#offset)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#offset)
    let outcome: Outcome | undefined
    let start = 0
    for (let end = bytes.indexOf(newline); end >= 0 && end < bytesRead; end = bytes.indexOf(newline, start)) {
      const request = parse(bytes.toString('utf8', start, end))
      const result = request && this.history.apply(request)
      if (result !== undefined && this.history.isEmpty) this.#deletedAt = this.#offset + start
      if (request?.id === id) outcome = result
      start = end + 1
    }
    this.#offset += start
    return outcome
  }

  /** One call at a time reads on from the offset. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work)
    this.#last = mine
    return mine
  }
}

/** In one write: another one would let others come in between. It begins anew after what a killed process may have left. */
async function appendLine(file: FileHandle, line: string): Promise<void> {
  const bytes = Buffer.from(`\n${line}\n`)
  const { bytesWritten } = await file.write(bytes)
  if (bytesWritten < bytes.length) throw new Error('The disk took only part of a line.')
  await file.datasync()
}

function parse(line: string): Request | undefined {
  if (line === '') return undefined
  try {
    return JSON.parse(line) as Request
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

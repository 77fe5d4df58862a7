import { SessionError } from './errors/session-error.ts'
import type { ItemCodec } from './item-codec.ts'
import { canonicalJSON } from './json.ts'
import { jsonCodec } from './json-codec.ts'

/** Turns the items of one session into records and back. */
export class Records<TItem extends object> {
  readonly #codec: ItemCodec<TItem>
  readonly #context: { readonly sessionId: string }

  constructor(codec: ItemCodec<TItem>, sessionId: string) {
    this.#codec = codec
    this.#context = { sessionId }
  }

  /** Reads every item before it returns. @throws SESSION_ITEM_INVALID */
  encode(items: readonly TItem[]): string[] | Promise<string[]> {
    const records = items.map((item, index) => this.#encodeOne(item, index))
    return records.every(isString) ? records : Promise.all(records)
  }

  /** @throws SESSION_RECORD_CORRUPT, or what the codec throws, with the position of the first record that it cannot decode */
  decode(records: readonly string[]): TItem[] | Promise<TItem[]> {
    const items: TItem[] = []
    for (let index = 0; index < records.length; index++) {
      const item = this.#decodeOne(records, index)
      if (item instanceof Promise) return this.#decodeRest(items, item, records)
      items.push(item)
    }
    return items
  }

  /** The items that can be decoded. */
  async decodeReadable(records: readonly string[]): Promise<TItem[]> {
    const items = await Promise.all(records.map((record) => this.#decodeReadableOne(record)))
    return items.flat()
  }

  /** Equal for items that are structurally equal, whatever their key order, once they have been stored. */
  async canonical(records: readonly string[]): Promise<string> {
    const items = await this.decode(records)
    return canonicalJSON(items.map(plain))
  }

  async fingerprint(canonical: string): Promise<string> {
    if (this.#codec.fingerprint !== undefined) return this.#codec.fingerprint(canonical, this.#context)
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical))
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  #decodeRest(items: TItem[], pending: Promise<TItem>, records: readonly string[]): Promise<TItem[]> {
    const rest = records
      .slice(items.length + 1)
      .map(async (_, index) => this.#decodeOne(records, items.length + 1 + index))
    return Promise.all([...items, pending, ...rest])
  }

  #decodeOne(records: readonly string[], index: number): TItem | Promise<TItem> {
    try {
      const item = this.#codec.decode(records[index] as string, this.#context)
      if (!(item instanceof Promise)) return item
      return item.catch((error: unknown) => {
        throw located(error, index, records.length)
      })
    } catch (error) {
      throw located(error, index, records.length)
    }
  }

  async #decodeReadableOne(record: string): Promise<TItem[]> {
    try {
      return await this.decode([record])
    } catch (error) {
      if (error instanceof SessionError && !error.retryable) return []
      throw error
    }
  }

  /** An error comes as a rejection, so that none is left unheard where several items of a batch fail. */
  #encodeOne(item: TItem, index: number): string | Promise<string> {
    try {
      return this.#codec.encode(item, this.#context)
    } catch (error) {
      if (error instanceof SessionError) return Promise.reject(error)
      const what = error instanceof Error ? error.name : 'an error'
      const message = `items[${index}] could not be encoded (${what}). Nothing was written.`
      return Promise.reject(new SessionError('SESSION_ITEM_INVALID', message))
    }
  }
}

/** What `JSON.parse` would give for an item, bytes included. */
export function plain(item: object): unknown {
  return JSON.parse(jsonCodec.encode(item, { sessionId: '' }) as string)
}

/** An error of a foreign codec may quote the record, so only its name is passed on. */
function located(error: unknown, index: number, count: number): SessionError {
  const where = `Record ${index + 1} of the ${count} read (oldest first)`
  if (error instanceof SessionError) {
    const { code, message, retryable, cause } = error
    return new SessionError(code, `${where} cannot be decoded: ${message}. It was left where it is.`, {
      retryable,
      cause,
    })
  }
  const what = error instanceof Error ? error.name : 'an error'
  return new SessionError('SESSION_RECORD_CORRUPT', `${where} cannot be decoded (${what}). It was left where it is.`)
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

import { firstFailure } from '../call/first-failure.ts'
import { SessionError } from '../errors/session-error.ts'
import type { ItemCodec } from './item-codec.ts'
import { canonicalJSON } from './json.ts'
import { jsonCodec } from './json-codec.ts'

/** How many records before others a codec may need to complete them: a result stands near its call. */
export const neighbours = 100

/** Reads up to {@link neighbours} records that stand before others, oldest first. Called only where a codec needs them. */
export type Earlier = () => Promise<readonly string[]>

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
    return records.every(isString) ? records : firstFailure(records)
  }

  /** @throws SESSION_RECORD_CORRUPT, or what the codec throws, with the position of the first record that it cannot decode */
  decode(
    records: readonly string[],
    earlier?: Earlier,
    decodeOne: Decode<TItem> = this.decodeOne,
  ): TItem[] | Promise<TItem[]> {
    const items: TItem[] = []
    for (let index = 0; index < records.length; index++) {
      const item = locating(records, index, decodeOne)
      if (isPending(item)) {
        return decodeRest(items, item, records, decodeOne).then((all) => this.complete(all, earlier))
      }
      items.push(item)
    }
    return this.complete(items, earlier)
  }

  /** The same items, completed by what they and those before them say, where the codec needs that. */
  complete(items: TItem[], earlier?: Earlier): TItem[] | Promise<TItem[]> {
    if (items.length === 0 || this.#codec.complete?.(items) !== true || earlier === undefined) return items
    return earlier().then(async (records) => {
      this.#codec.complete?.([...(await this.decodeReadable(records)), ...items])
      return items
    })
  }

  /** @throws what the codec throws */
  readonly decodeOne = (record: string): TItem | Promise<TItem> => this.#codec.decode(record, this.#context)

  /** The items that can be decoded. */
  async decodeReadable(records: readonly string[], earlier?: Earlier): Promise<TItem[]> {
    const items = await Promise.all(records.map((record) => this.#decodeReadableOne(record)))
    return await this.complete(items.flat(), earlier)
  }

  /** Equal for items that are structurally equal, whatever their key order, once they have been stored. */
  async canonical(records: readonly string[], earlier?: Earlier): Promise<string> {
    const items = await this.decode(records, earlier)
    return canonicalJSON(items.map(plain))
  }

  async fingerprint(canonical: string): Promise<string> {
    if (this.#codec.fingerprint !== undefined) {
      try {
        return await this.#codec.fingerprint(canonical, this.#context)
      } catch (error) {
        throw unencodable(error, 'The transaction')
      }
    }
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical))
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
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
    const refuse = (error: unknown): never => {
      throw unencodable(error, `items[${index}]`)
    }
    try {
      const record = this.#codec.encode(item, this.#context)
      return isPending(record) ? Promise.resolve(record).catch(refuse) : record
    } catch (error) {
      return Promise.reject(unencodable(error, `items[${index}]`))
    }
  }
}

type Decode<TItem> = (record: string) => TItem | Promise<TItem>

function decodeRest<TItem>(
  items: TItem[],
  pending: Promise<TItem>,
  records: readonly string[],
  decodeOne: Decode<TItem>,
): Promise<TItem[]> {
  const from = items.length + 1
  const rest = records.slice(from).map(async (_, index) => locating(records, from + index, decodeOne))
  return firstFailure([...items, pending, ...rest])
}

/** An error says which record it was. */
function locating<TItem>(records: readonly string[], index: number, decodeOne: Decode<TItem>): TItem | Promise<TItem> {
  try {
    const item = decodeOne(records[index] as string)
    if (!isPending(item)) return item
    return Promise.resolve(item).catch((error: unknown) => {
      throw located(error, index, records.length)
    })
  } catch (error) {
    throw located(error, index, records.length)
  }
}

/** What `JSON.parse` would give for an item, bytes included. */
export function plain(item: object): unknown {
  return JSON.parse(jsonCodec.encode(item))
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

/** Likewise: it may quote the item. */
function unencodable(error: unknown, what: string): SessionError {
  if (error instanceof SessionError) return error
  const name = error instanceof Error ? error.name : 'an error'
  return new SessionError('SESSION_ITEM_INVALID', `${what} could not be encoded (${name}). Nothing was written.`)
}

/** A promise of any realm or library. Items have no methods, so none is taken for one. */
function isPending<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

import { byListingOrder, matchesFilter, placeOf, positionOf, SessionError, SessionStore, writes } from '@sessions/core'
import { open } from 'lmdb'

/**
 * Agent sessions in LMDB, for one process at a time: `new LMDBStore({ path: 'conversations' })`.
 *
 * Three tables: `sessions` by id, `records` by id and a number that grows, `operations` by id and operation id. Reads and writes
 * are transactions of LMDB, which has one writer at a time.
 */
export class LMDBStore extends SessionStore {
  #path
  #root
  #sessions
  #records
  #operations

  /** Does no I/O. @param {{ path: string }} options - the folder of the database, created if missing */
  constructor({ path }) {
    super()
    this.#path = path
  }

  async _open() {
    // An acknowledged write is on the disk.
    this.#root = open({ path: this.#path, overlappingSync: false })
    this.#sessions = this.#root.openDB({ name: 'sessions' })
    this.#records = this.#root.openDB({ name: 'records' })
    this.#operations = this.#root.openDB({ name: 'operations' })
  }

  async _close() {
    await this.#root.close()
  }

  async _read(sessionId, limit) {
    return this.#root.transactionSync(() => this.#newest(sessionId, limit).map(({ value }) => value))
  }

  async _commit(sessionId, change) {
    return this.#root.transactionSync(() => this.#apply(sessionId, change))
  }

  /** Of what a store may know beyond what every one must. */
  _supports(condition) {
    return condition === 'maintain'
  }

  async _info(sessionId) {
    return this.#root.transactionSync(() => {
      const session = this.#sessions.get(sessionId)
      return session && describe(sessionId, session)
    })
  }

  async *_list(filter) {
    const found = this.#root.transactionSync(() =>
      [...this.#sessions.getRange()]
        .map(({ key, value }) => describe(key, value))
        .filter((info) => matchesFilter(info, filter))
        .sort(byListingOrder)
        .slice(0, filter.limit),
    )
    yield* found
  }

  async _delete(sessionId, unchangedSince) {
    return this.#root.transactionSync(() => {
      const session = this.#sessions.get(sessionId)
      if (session === undefined) return false
      if (unchangedSince !== undefined && session.updatedAt !== unchangedSince.getTime()) return false
      this.#erase(sessionId)
      return true
    })
  }

  /** The cursor is the number of the last record given. Only newest records are ever dropped, and no number comes twice. */
  async _page(sessionId, cursor, size, places = false) {
    return this.#root.transactionSync(() => {
      const last = cursor === undefined ? -1 : Number(cursor)
      if (last >= 0 && !this.#records.doesExist([sessionId, last])) {
        throw new SessionError('SESSION_CONFLICT', 'The history was rewritten meanwhile.')
      }
      const range = { start: [sessionId, last + 1], end: [sessionId, Number.MAX_SAFE_INTEGER], limit: size }
      const page = [...this.#records.getRange(range)]
      const records = page.map(({ value }) => value)
      const placed = places && { places: page.map(({ key, value }) => placeOf(key[1], value)) }
      return { records, ...placed, ...(page.length === size && { next: String(page.at(-1).key[1]) }) }
    })
  }

  /** Where each place still holds what was read there; `updatedAt` stays. */
  #maintain(sessionId, { replace = [], remove = [] }) {
    const keyOf = (place) => [sessionId, Number(positionOf(place))]
    const holds = (place) => {
      const record = this.#records.get(keyOf(place))
      return record !== undefined && placeOf(positionOf(place), record) === place
    }
    if (![...replace.map(({ place }) => place), ...remove].every(holds)) return { status: 'conflict' }
    for (const { place, record } of replace) this.#records.putSync(keyOf(place), record)
    for (const place of remove) this.#records.removeSync(keyOf(place))
    const session = this.#sessions.get(sessionId)
    this.#sessions.putSync(sessionId, { ...session, count: session.count - remove.length })
    return { status: 'applied', dropped: [] }
  }

  #erase(sessionId) {
    for (const { key } of this.#newest(sessionId)) this.#records.removeSync(key)
    this.#forgetOperations(sessionId)
    this.#sessions.removeSync(sessionId)
  }

  #forgetOperations(sessionId) {
    for (const key of [...this.#operations.getKeys(allOf(sessionId, ''))]) this.#operations.removeSync(key)
  }

  #apply(sessionId, change) {
    const { maintain, operation, expectTail, drop = 0, clear, append = [], metadata = {}, returnDropped } = change
    if (maintain !== undefined) return this.#maintain(sessionId, maintain)
    const known = operation && this.#operations.get([sessionId, operation.id])
    if (known !== undefined) return { status: known === operation.fingerprint ? 'duplicate' : 'reused' }
    if (expectTail !== undefined && !this.#endsWith(sessionId, expectTail)) return { status: 'conflict' }
    const all = clear || drop === 'all'
    const dropping = drop === 0 && !clear ? [] : this.#newest(sessionId, all ? undefined : drop)
    const result = { status: 'applied', dropped: returnDropped ? dropping.map(({ value }) => value) : [] }
    const found = this.#sessions.get(sessionId)
    if (clear && found?.metadata === '[]' && !writes(change)) {
      this.#erase(sessionId)
      return result
    }
    if (clear) this.#forgetOperations(sessionId)
    if (dropping.length === 0 && !writes(change)) return result

    const now = Date.now()
    const session = found ?? {
      createdAt: now,
      updatedAt: now - 1,
      next: 0,
      count: 0,
      metadata: '[]',
    }
    for (const { key } of dropping) this.#records.removeSync(key)
    for (const [index, record] of append.entries()) this.#records.putSync([sessionId, session.next + index], record)
    if (operation !== undefined) this.#operations.putSync([sessionId, operation.id], operation.fingerprint)
    // As pairs: an object would lose a key such as `__proto__`, and MessagePack the form of some numbers and texts.
    const merged = new Map(JSON.parse(session.metadata))
    for (const [key, value] of Object.entries(metadata)) {
      if (value === undefined) merged.delete(key)
      else merged.set(key, value)
    }
    this.#sessions.putSync(sessionId, {
      createdAt: session.createdAt,
      updatedAt: Math.max(now, session.updatedAt + 1),
      next: session.next + append.length,
      count: session.count - dropping.length + append.length,
      metadata: JSON.stringify([...merged]),
    })
    return result
  }

  #endsWith(sessionId, tail) {
    if (tail.length === 0) return true
    const newest = this.#newest(sessionId, tail.length)
    return newest.length === tail.length && newest.every(({ value }, index) => value === tail[index])
  }

  /** The newest entries, oldest first. */
  #newest(sessionId, limit) {
    const range = { start: [sessionId, Number.MAX_SAFE_INTEGER], end: [sessionId, -1], reverse: true, limit }
    return [...this.#records.getRange(range)].reverse()
  }
}

function allOf(sessionId, first) {
  return { start: [sessionId, first], end: [sessionId, '\uffff'.repeat(256)] }
}

function describe(sessionId, { createdAt, updatedAt, count, metadata }) {
  const pairs = JSON.parse(metadata)
  return {
    sessionId,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    itemCount: count,
    ...(pairs.length > 0 && { metadata: Object.fromEntries(pairs) }),
  }
}

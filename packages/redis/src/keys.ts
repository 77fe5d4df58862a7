/**
 * The keys of one session: those of `RedisSession` in the OpenAI Agents SDK for Python 0.22.0 for ordinary ids,
 *
 *     {prefix}:{id}            HASH    session_id, created_at, updated_at; ours begin with js:
 *     {prefix}:{id}:messages   LIST    records, newest at the right
 *     {prefix}:{id}:counter    STRING  Python's, unused; deleted with the session
 *     {prefix}:{id}:attempts   ZSET    ours, for a minute or two, of stores with `retries`
 *
 * (here `{}` marks a placeholder). On a cluster the id stands in real braces, `agents:session:{user_123}:messages`, so that the
 * keys of a session share a slot.
 *
 * An id is not ordinary where its keys could be those of another id: where it has a brace, ends like one of the keys above, or
 * ends with `%`. Then `%`, `{` and `}` in it become `%25`, `%7B` and `%7D`, and one `%` is put at the end: `a:messages` becomes
 * `a:messages%`, and `{x}` becomes `%7Bx%7D%`. So what ends with `%` is escaped and everything else stands for itself; nothing
 * ends like a list's key, and no name has a brace.
 */
export class SessionKeys {
  readonly hash: string
  readonly list: string

  constructor(hash: string) {
    this.hash = hash
    this.list = `${hash}:messages`
  }

  get counter(): string {
    return `${this.hash}:counter`
  }

  get attempts(): string {
    return `${this.hash}:attempts`
  }
}

/** What an id may not have, or not at its end, to stand for itself. */
const extraordinary = /[{}]|%$|:(?:messages|counter|attempts)$/
const escapes: Readonly<Record<string, string>> = { '%': '%25', '{': '%7B', '}': '%7D' }

/** The keys under one prefix, on one kind of server. */
export class Keys {
  readonly #prefix: string
  readonly #open: string
  readonly #close: string

  constructor(prefix: string, cluster: boolean) {
    this.#prefix = `${prefix}:`
    this.#open = cluster ? '{' : ''
    this.#close = cluster ? '}' : ''
  }

  of(sessionId: string): SessionKeys {
    return new SessionKeys(`${this.#prefix}${this.#open}${escapeId(sessionId)}${this.#close}`)
  }

  /** The session whose hash this is; `undefined` for any other key. */
  sessionOf(key: string): string | undefined {
    const [start, end] = [this.#prefix + this.#open, this.#close]
    if (!key.startsWith(start) || !key.endsWith(end) || key.length <= start.length + end.length) return undefined
    return unescapeId(key.slice(start.length, key.length - end.length))
  }

  /** A glob that every hash of a session matches whose id begins so, and some other keys too. */
  pattern(idPrefix: string): string {
    // What comes after these characters may be written in two ways.
    const literal = /^[^%{}]*/.exec(idPrefix)?.[0] ?? ''
    return `${escapeGlob(this.#prefix + this.#open + literal)}*${this.#close}`
  }
}

function escapeId(id: string): string {
  return extraordinary.test(id) ? `${id.replace(/[%{}]/g, (character) => escapes[character] ?? '')}%` : id
}

/** `undefined` for a name that no id has. */
function unescapeId(name: string): string | undefined {
  const id = name.endsWith('%')
    ? name.slice(0, -1).replace(/%25|%7B|%7D/g, (text) => String.fromCharCode(Number.parseInt(text.slice(1), 16)))
    : name
  return escapeId(id) === name ? id : undefined
}

/** For `MATCH` (https://redis.io/docs/latest/commands/keys): these characters by themselves. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^-]/g, '\\$&')
}

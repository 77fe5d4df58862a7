/** The keys of one part of an index: see `scripts/index-steps.ts`. */
export interface IndexPart {
  readonly times: string
  readonly ids: string
  readonly marks: string
  readonly doubts: string
}

/**
 * The keys of one session: those of `RedisSession` in the OpenAI Agents SDK for Python 0.22.0,
 *
 *     {prefix}:{name}            HASH    session_id, created_at, updated_at; ours begin with js:
 *     {prefix}:{name}:messages   LIST    records, newest at the right
 *     {prefix}:{name}:counter    STRING  Python's, unused; deleted with the session
 *
 * (here `{}` marks a placeholder). On a single server the name is the id, whatever it holds. Only where an id ends in
 * `:messages` or `:counter`, and any number of `%` after it, one more `%` is put at the end, since the hash of `a:messages` would
 * have the key of the list of `a`: so no two ids share a key.
 *
 * On a cluster, which Python cannot use, the name stands in real braces, `agents:session:{user_123}:messages`, so that the keys of a
 * session share a slot; so names have no braces there, see `escapeId`.
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

  /** Of the session's lease, which is no part of it: under another prefix, with the same hash tag. */
  get lease(): string {
    return `js:lease:${this.hash}`
  }

  /** The channel on which those who watch are told of changes. */
  get channel(): string {
    return `js:changed:${this.hash}`
  }
}

/** Ids whose hash could have the key of another session's list or counter, or that of such an id. */
const ambiguous = /:(?:messages|counter)%*$/
/** Ids that stood under other names in earlier versions, and names under which others stood. */
const extraordinary = /[{}]|%$|:(?:messages|counter|attempts)$/
const escapes: Readonly<Record<string, string>> = { '%': '%25', '{': '%7B', '}': '%7D' }

/** The keys under one prefix, on one kind of server. */
export class Keys {
  readonly cluster: boolean
  readonly #prefix: string

  constructor(prefix: string, cluster: boolean) {
    this.cluster = cluster
    this.#prefix = `${prefix}:`
  }

  of(sessionId: string): SessionKeys {
    if (this.cluster) return new SessionKeys(`${this.#prefix}{${escapeId(sessionId)}}`)
    return this.#named(ambiguous.test(sessionId) ? `${sessionId}%` : sessionId)
  }

  /** Whether others than {@link of} may be the keys of this session, or belong to another one: see `locate`. */
  isAmbiguous(sessionId: string): boolean {
    return !this.cluster && (ambiguous.test(sessionId) || extraordinary.test(sessionId))
  }

  /** Where Python has a session of that id, where that is somewhere else. */
  ofPython(sessionId: string): SessionKeys | undefined {
    return !this.cluster && ambiguous.test(sessionId) ? this.#named(sessionId) : undefined
  }

  /** The keys that sessions had in earlier versions, with their ids: of this id, and of another one that has the keys of this id. */
  ofEarlierVersions(sessionId: string): { sessionId: string; keys: SessionKeys }[] {
    const now = this.of(sessionId).hash
    const own = { sessionId, keys: this.#named(escapeId(sessionId)) }
    const other = unescapeId(now.slice(this.#prefix.length))
    const squatter = other === undefined ? undefined : { sessionId: other, keys: new SessionKeys(now) }
    return [own, squatter].filter(
      (entry) => entry !== undefined && this.of(entry.sessionId).hash !== entry.keys.hash,
    ) as {
      sessionId: string
      keys: SessionKeys
    }[]
  }

  /** The sessions whose hash this could be; which one it is, the hash says. */
  sessionsOf(key: string): string[] {
    if (!key.startsWith(this.#prefix)) return []
    const name = key.slice(this.#prefix.length)
    if (this.cluster) return name.startsWith('{') && name.endsWith('}') ? present(unescapeId(name.slice(1, -1))) : []
    const ids = new Set([name, ...present(unescapeId(name))])
    if (name.endsWith('%') && ambiguous.test(name.slice(0, -1))) ids.add(name.slice(0, -1))
    return [...ids].filter((id) => id !== '')
  }

  /** Of a part of the index: its number is the hash tag, so that the parts lie on several servers of a cluster. */
  indexPart(number: number): IndexPart {
    const base = `js:index:{${number}}:${this.#prefix}`
    return { times: `${base}times`, ids: `${base}ids`, marks: `${base}marks`, doubts: `${base}doubts` }
  }

  /** A glob that every hash of a session matches whose id begins so, and some other keys too. */
  pattern(idPrefix: string): string {
    // What comes after these characters may be written in two ways.
    const literal = /^[^%{}]*/.exec(idPrefix)?.[0] ?? ''
    const [open, close] = this.cluster ? ['{', '}'] : ['', '']
    return `${escapeGlob(this.#prefix + open + literal)}*${close}`
  }

  #named(name: string): SessionKeys {
    return new SessionKeys(this.#prefix + name)
  }
}

function present(id: string | undefined): string[] {
  return id === undefined || id === '' ? [] : [id]
}

/**
 * The name of an id on a cluster, and in earlier versions everywhere: `%`, `{` and `}` become `%25`, `%7B` and `%7D`, and one `%` is
 * put at the end, where the id has a brace, ends with `%` or like a key of ours. So what ends with `%` is escaped.
 */
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
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^-]/g, '\\$&')
}

import { nameOf } from './parameters.ts'

/** A url of a server, decoded. */
export interface ServerURL {
  readonly host: string
  readonly port: string
  readonly username: string
  readonly password: string
  readonly database: string
  readonly parameters: ReadonlyMap<string, string>
}

const form = 'scheme://[user[:password]@]host[:port]/database[?parameter=value]'

/** @throws TypeError without any of the url */
export function parseServer(rest: string): ServerURL {
  if (/[\s\p{Cc}]/u.test(rest) || rest.includes('#')) throw unescaped()
  // An empty host is no URL where there is a user, and what libpq writes for a socket: `user@/db?host=/tmp`.
  const text = `sessions:${rest.replace(/^(\/\/[^/?]*@)(?=[/?]|$)/, '$1none.invalid')}`
  if (!rest.startsWith('//') || !URL.canParse(text)) throw unescaped()
  const { hostname, port, username, password, pathname, search } = new URL(text)
  // What comes after the host has no @ of its own, so that the password had a / or ?.
  if (`${pathname}${search}`.includes('@')) throw unescaped()
  const host = decode(hostname).replace(/^\[(.+)\]$/, '$1')
  if (host.includes(',')) throw new TypeError('url must name one host: several are not supported.')
  return {
    host: host === 'none.invalid' ? '' : host,
    port,
    username: decode(username),
    password: decode(password),
    database: decode(pathname.slice(1)),
    parameters: parametersOf(search.slice(1)),
  }
}

function parametersOf(search: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const part of search.split('&').filter((each) => each !== '')) {
    const [name = '', ...value] = part.split('=')
    const key = decode(name)
    if (parameters.has(key)) throw new TypeError(`url has the parameter ${nameOf(key)} twice.`)
    parameters.set(key, decode(value.join('=')))
  }
  return parameters
}

/** `%xx` alone: a `+` is a plus sign in a password, and in what the drivers take. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) throw unescaped()
    throw error
  }
}

function unescaped(): TypeError {
  return new TypeError(
    `url must be ${form}, in which a user or password with : / ? # @ % or a space has them percent-encoded: ` +
      'encodeURIComponent(password).',
  )
}

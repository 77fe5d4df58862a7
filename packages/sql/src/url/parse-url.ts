import { parseMySQL } from './mysql.ts'
import { parsePostgres } from './postgres.ts'
import { parseServer } from './server-url.ts'
import type { ConnectOptions, Target } from './target.ts'

const dialects = 'postgres, mariadb, mysql, sqlite'

/**
 * What a url asks for: all of it, or it is refused. Does no I/O.
 * @throws TypeError that names what is not understood, never the url or a value in it, which may be a password
 */
export function parseURL(url: string): Target {
  // Python's urls name a driver too: `postgresql+asyncpg://`.
  const [start = '', scheme = ''] = /^([a-z]+)(?:\+\w+)?:/i.exec(url) ?? []
  const name = scheme.toLowerCase()
  const rest = url.slice(start.length)
  if (name === 'sqlite') return { dialect: 'sqlite', connect: fileOf(rest) }
  if (name === 'postgres' || name === 'postgresql') return parsePostgres(parseServer(rest))
  if (name === 'mariadb' || name === 'mysql') return parseMySQL(name, parseServer(rest))
  throw new TypeError(`url must begin with the name of one of the dialects ${dialects}.`)
}

function fileOf(rest: string): () => ConnectOptions {
  if (/[?#]/.test(rest)) throw new TypeError('url of sqlite takes no parameters: it must be sqlite:file.db.')
  const path = rest.replace(/^\/\//, '')
  const storage = /^\/?:memory:?$/.test(path) || path === '' ? ':memory:' : path
  return () => ({ storage })
}

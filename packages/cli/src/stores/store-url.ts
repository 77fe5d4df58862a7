import { Failure } from '../exit-codes.ts'
import { readSecret } from './secret.ts'

/** What the scheme of a url stands for. */
const kinds = {
  sqlite: 'sqlite',
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mariadb',
  redis: 'redis',
  rediss: 'redis',
  'redis+cluster': 'redis-cluster',
  'rediss+cluster': 'redis-cluster',
  module: 'module',
} as const

export type StoreKind = (typeof kinds)[keyof typeof kinds]

/** Which store, with its password in the url: it is for drivers, not to be shown. */
export interface StoreURL {
  kind: StoreKind
  url: string
  /** How it is called in messages. */
  label: string
}

const forms =
  'sqlite:FILE, postgres://USER@HOST/DATABASE, mysql://…, mariadb://…, redis://HOST:PORT, rediss://…, redis+cluster://HOST:PORT,… or module:./my-store.js'

/**
 * Which store is meant: a url, `env:NAME` or `file:PATH` where one is kept, or what `SESSIONS_URL` has.
 * @param password - where that of the url's user is kept
 * @throws Failure, which holds no part of a password
 */
export async function findStoreURL(given: string | undefined, password: string | undefined): Promise<StoreURL> {
  const isKept = given === undefined || /^(env|file):/.test(given)
  const url = isKept ? await kept(given) : given
  const scheme = /^([a-z][a-z+]*):/.exec(url)?.[1] ?? ''
  const kind = Object.hasOwn(kinds, scheme) ? kinds[scheme as keyof typeof kinds] : undefined
  if (kind === undefined) throw new Failure('usage', `A store is ${forms}; or env:NAME or file:PATH that has one.`)
  if (kind === 'sqlite' || kind === 'module') return { kind, url, label: url }
  if (!isKept && hasPassword(url)) {
    throw new Failure(
      'usage',
      'The url has a password, and every user of this machine can read arguments. Leave it out and set SESSIONS_PASSWORD, ' +
        'take --password env:NAME, file:PATH or prompt, or keep the whole url in SESSIONS_URL.',
    )
  }
  return { kind, url: await withPassword(url, password), label: labelOf(url) }
}

async function kept(source: string | undefined): Promise<string> {
  if (source !== undefined) return (await readSecret(source, 'the url of the store')).trim()
  const { SESSIONS_URL = '' } = process.env
  if (SESSIONS_URL !== '') return SESSIONS_URL
  throw new Failure('usage', `Say which store: --store with ${forms}; or set SESSIONS_URL.`)
}

/** Up to the last `@` before the path, as drivers read it. */
function hasPassword(url: string): boolean {
  return /^[^:]+:\/\/[^/?#]*?:[^/?#]*@/.test(url) || /[?&]password=./i.test(url)
}

async function withPassword(url: string, source: string | undefined): Promise<string> {
  const { SESSIONS_PASSWORD } = process.env
  const place = source ?? (SESSIONS_PASSWORD !== undefined && !hasPassword(url) ? 'env:SESSIONS_PASSWORD' : undefined)
  if (place === undefined) return url
  const password = encodeURIComponent(await readSecret(place, 'the password of the store'))
  const parts = /^([^:]+:\/\/)(?:([^/?#@:]*)(?::[^/?#]*)?@)?(.*)$/s.exec(url)
  if (parts === null) throw new Failure('usage', 'The url of the store is not understood.')
  const [, scheme = '', user = '', rest = ''] = parts
  return `${scheme}${user}:${password}@${rest}`
}

/** Without the password and without parameters, which may hold one. */
function labelOf(url: string): string {
  return url.replace(/^([^:]+:\/\/[^/?#@:]*)(?::[^/?#]*)?@/, '$1@').replace(/[?#].*$/s, '')
}

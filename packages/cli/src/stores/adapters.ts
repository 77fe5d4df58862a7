import type { SessionStore } from '@sessions/core'
import { Failure } from '../exit-codes.ts'
import { load, loadModule } from './resolve.ts'
import type { StoreValues } from './store-options.ts'
import type { StoreURL } from './store-url.ts'

/** A store of an adapter, and what of it is to be closed beside it. */
export interface Adapted {
  store: SessionStore
  adapter: string
  alsoClose?: () => unknown
}

/** How it is opened. */
export interface OpenOptions extends StoreValues {
  writes: boolean
  /** Whether a file is made where there is none. */
  creates: boolean
  /** Whether tables are made where there are none, or brought up to date. */
  createTables: boolean
}

type Constructor = new (options: object) => SessionStore

/** Opens what a url names. Nothing but the adapter that it needs is loaded. */
export async function adapt(url: StoreURL, options: OpenOptions): Promise<Adapted> {
  if (url.kind === 'module') return await fromModule(url.url.slice('module:'.length))
  if (url.kind === 'sqlite') return await (await import('./sqlite.ts')).openSQLite(url.url, options)
  if (url.kind === 'redis-cluster') return await (await import('./redis-cluster.ts')).openCluster(url.url, options)
  if (url.kind === 'redis') {
    const { path, module } = await load<{ RedisStore: Constructor }>('@sessions/redis')
    return { adapter: path, store: new module.RedisStore({ url: url.url, ...redisOptions(options) }) }
  }
  refuse(options, ['keyPrefix', 'branch'])
  const { path, module } = await load<{ SQLStore: Constructor }>('@sessions/sql')
  const { schema, sessionsTable, messagesTable, ttl, timeout } = options
  const names = given({ schema, sessionsTable, messagesTable, ttl, busyTimeoutMs: timeout })
  return { adapter: path, store: new module.SQLStore({ url: url.url, createTables: options.createTables, ...names }) }
}

/** @throws Failure where one of them is for other backends */
export function redisOptions(options: OpenOptions): object {
  refuse(options, ['schema', 'sessionsTable', 'messagesTable', 'branch'])
  const { keyPrefix, ttl, timeout } = options
  return given({ keyPrefix, ttl, busyTimeoutMs: timeout })
}

/** Those that are there: adapters refuse `undefined`. */
export function given(options: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** @throws Failure: what is not used must not seem to be */
export function refuse(options: OpenOptions, names: readonly (keyof StoreValues)[]): void {
  const found = names.find((name) => options[name] !== undefined)
  if (found === undefined) return
  const flag = found.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new Failure('usage', `--${flag} is for other stores than this one.`)
}

/** Its default export, or the export after `#`: a store, or a function that makes one. */
async function fromModule(name: string): Promise<Adapted> {
  const [file = '', exported = 'default'] = name.split('#')
  const { path, module } = await loadModule<Record<string, unknown>>(file)
  const found = module[exported]
  const store = typeof found === 'function' ? await found() : await found
  if (typeof store?.listSessions !== 'function' || typeof store.records?.commit !== 'function') {
    throw new Failure('usage', `${file} must export a SessionStore as ${exported}, or a function that makes one.`)
  }
  return { adapter: path, store }
}

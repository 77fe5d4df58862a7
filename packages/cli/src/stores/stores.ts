import { firstFailure, type SessionStore } from '@sessions/core'
import type { EncryptedStore, EncryptedStoreOptions } from '@sessions/encrypted'
import { Failure } from '../exit-codes.ts'
import { adapt, given } from './adapters.ts'
import { readKeys } from './keys.ts'
import type { OpenStore } from './open-store.ts'
import { load } from './resolve.ts'
import { flagsOf, type StoreValues } from './store-options.ts'
import { findStoreURL } from './store-url.ts'

type Encrypt = new (options: EncryptedStoreOptions) => EncryptedStore

/** What a command wants of a store beside what the command line says. */
export interface StoreSettings {
  /** The url of the store, where the command takes it as a word. */
  url?: string | undefined
  writes?: boolean
  /** Whether a file is made where there is none. */
  creates?: boolean
  /** Whether tables are made where there are none, or brought up to date. */
  createTables?: boolean
  /** Where the key is where nothing is said. */
  defaultKey?: string | undefined
  encryption?: Pick<EncryptedStoreOptions, 'allowPlaintext'>
}

/** The stores of one command. */
export class Stores {
  readonly #open: OpenStore[] = []

  /** @throws Failure for what is not understood or not installed */
  async open(values: StoreValues, settings: StoreSettings): Promise<OpenStore> {
    const { writes = false, creates = false, createTables = false, encryption } = settings
    const url = await findStoreURL(settings.url ?? values.store, values.password)
    const keys = await readKeys(values.key ?? settings.defaultKey)
    const options = { ...values, writes, creates, createTables }
    const { store: bare, adapter, alsoClose } = await asUsage(() => adapt(url, options))
    const close = async (): Promise<void> => {
      await bare.close()
      await alsoClose?.()
    }
    const flags = flagsOf({ ...values, store: settings.url ?? values.store })
    const opened: OpenStore = { ...url, bare, adapter, store: bare, flags, close }
    this.#open.push(opened)
    if (keys !== undefined) {
      const format = given({ format: values.keyFormat })
      opened.store = await asUsage(() => encrypted(opened, { keys, ...encryption, ...format }))
    } else if (values.keyFormat !== undefined) {
      throw new Failure('usage', '--key-format needs --key.')
    }
    return opened
  }

  /** One that fails keeps none of the others open, for which the process would wait. @throws what failed first, in their order */
  async close(): Promise<void> {
    const closing = this.#open.splice(0).map(async ({ store, bare, close }) => {
      try {
        if (store !== bare) await store.close()
      } finally {
        await close()
      }
    })
    await firstFailure(closing)
  }
}

/** What an adapter does not take is a mistake on the command line. */
async function asUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
    throw new Failure('usage', error.message, { cause: error })
  }
}

async function encrypted(
  { bare, adapter }: OpenStore,
  options: Omit<EncryptedStoreOptions, 'store'>,
): Promise<SessionStore> {
  const { module } = await load<{ EncryptedStore: Encrypt }>('@sessions/encrypted', adapter)
  return new module.EncryptedStore({ store: bare, ...options })
}

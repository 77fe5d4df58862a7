import type { SessionStore } from '@sessions/core'
import type { EncryptedStore, EncryptedStoreOptions } from '@sessions/encrypted'
import { adapt, given, type OpenOptions } from './adapters.ts'
import { readKeys } from './keys.ts'
import type { OpenStore } from './open-store.ts'
import { load } from './resolve.ts'
import { findStoreURL } from './store-url.ts'

type Encrypt = new (options: EncryptedStoreOptions) => EncryptedStore

/** The stores of one command. */
export class Stores {
  readonly #open: OpenStore[] = []

  /** @throws Failure for what is not understood or not installed */
  async open(options: OpenOptions & { encryption?: Partial<EncryptedStoreOptions> }): Promise<OpenStore> {
    const url = await findStoreURL(options.store, options.password)
    const keys = await readKeys(options.key)
    const { store: bare, adapter, alsoClose } = await adapt(url, options)
    const close = async (): Promise<void> => {
      await bare.close()
      await alsoClose?.()
    }
    const opened: OpenStore = { ...url, bare, adapter, store: bare, close }
    this.#open.push(opened)
    if (keys !== undefined) opened.store = await encrypted(opened, { keys, ...options.encryption, ...format(options) })
    return opened
  }

  async close(): Promise<void> {
    for (const { store, bare, close } of this.#open.splice(0)) {
      if (store !== bare) await store.close()
      await close()
    }
  }
}

function format({ keyFormat }: OpenOptions): object {
  return given({ format: keyFormat })
}

async function encrypted(
  { bare, adapter }: OpenStore,
  options: Omit<EncryptedStoreOptions, 'store'>,
): Promise<SessionStore> {
  const { module } = await load<{ EncryptedStore: Encrypt }>('@sessions/encrypted', adapter)
  return new module.EncryptedStore({ store: bare, ...options })
}

import type { CancelOptions } from '@sessions/core'
import { type Mutant, store } from './mutant.ts'
import { PlainStore } from './plain-store.ts'

export const pingMutants: readonly Mutant[] = [
  store(
    'ping-by-writing',
    'writes something to see whether that works',
    ['operations/ping'],
    class extends PlainStore {
      protected override async _ping(): Promise<void> {
        await this._commit('ping', { metadata: { at: this.now() } })
      }
    },
  ),
  store(
    'ping-for-ever',
    'answers a ping by itself',
    ['operations/ping'],
    class extends PlainStore {
      override async ping(_options: CancelOptions = {}): Promise<void> {}
    },
  ),
]

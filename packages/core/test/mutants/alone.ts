import { alone, type DurableMutant } from './mutant.ts'
import { FilePlace } from './place.ts'
import { PlainStore, type PlainStoreOptions } from './plain-store.ts'

/** Stores on a file that one instance at a time is to have open. */
export const aloneMutants: readonly DurableMutant[] = [
  alone(
    'lock-outlives-close',
    'keeps its lock when it is closed',
    ['durable/restart', 'durable/one-at-a-time'],
    class extends PlainStore {
      protected override async _close(): Promise<void> {}
    },
  ),
  alone(
    'lock-forgotten',
    'lets a second instance in, to overwrite what the first one writes',
    ['durable/one-at-a-time'],
    class extends PlainStore {
      constructor({ place, ...options }: PlainStoreOptions) {
        super({ ...options, place: new FilePlace((place as FilePlace).path) })
      }
    },
  ),
]

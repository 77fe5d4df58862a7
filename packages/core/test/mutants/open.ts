import { aloneMutants } from './alone.ts'
import { durableBurstMutants } from './bursts.ts'
import { crashMutants } from './crashes.ts'
import { durableMutants } from './durable.ts'
import { HistoryStore } from './history-store.ts'
import { FilePlace } from './place.ts'
import { PlainStore, type PlainStoreOptions } from './plain-store.ts'
import { sharedHistoryMutants } from './shared-histories.ts'

/** The name under which the correct store that knows histories is opened. */
export const histories = 'histories on a file'

/** The store of a mutant, or the correct one, on a file: what a child process opens. */
export function open({ name, path, alone }: { name: string; path: string; alone?: boolean }): PlainStore {
  const Store = ([
    ...durableMutants,
    ...durableBurstMutants,
    ...crashMutants,
    ...aloneMutants,
    ...sharedHistoryMutants,
  ].find((mutant) => mutant.name === name)?.Store ?? (name === histories ? HistoryStore : PlainStore)) as new (
    options: PlainStoreOptions,
  ) => PlainStore
  return new Store({ place: new FilePlace(path, alone) })
}

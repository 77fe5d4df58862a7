import { aloneMutants } from './alone.ts'
import { crashMutants } from './crashes.ts'
import { durableMutants } from './durable.ts'
import { FilePlace } from './place.ts'
import { PlainStore, type PlainStoreOptions } from './plain-store.ts'

/** The store of a mutant, or the correct one, on a file: what a child process opens. */
export function open({ name, path, alone }: { name: string; path: string; alone?: boolean }): PlainStore {
  const Store = ([...durableMutants, ...crashMutants, ...aloneMutants].find((mutant) => mutant.name === name)?.Store ??
    PlainStore) as new (
    options: PlainStoreOptions,
  ) => PlainStore
  return new Store({ place: new FilePlace(path, alone) })
}

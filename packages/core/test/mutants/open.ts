import { crashMutants } from './crashes.ts'
import { durableMutants } from './durable.ts'
import { FilePlace } from './place.ts'
import { PlainStore, type PlainStoreOptions } from './plain-store.ts'

/** The store of a mutant, or the correct one, on a file: what a child process opens. */
export function open({ name, path }: { name: string; path: string }): PlainStore {
  const Store = ([...durableMutants, ...crashMutants].find((mutant) => mutant.name === name)?.Store ??
    PlainStore) as new (
    options: PlainStoreOptions,
  ) => PlainStore
  return new Store({ place: new FilePlace(path) })
}

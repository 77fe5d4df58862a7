import { LMDBStore } from '../src/lmdb-store.js'

/** What the kit's child processes open. */
export const openStore = (options) => new LMDBStore(options)

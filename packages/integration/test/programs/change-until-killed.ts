/** Re-keys or prunes a store, and says when it begins; whoever started it kills it meanwhile. */
import { EncryptedStore } from '@sessions/encrypted'
import { openPlace, type Place } from '../moved-places.ts'

export interface Key {
  id: string
  key: string
}

export interface ChangeUntilKilledInput {
  kind: 'rekey' | 'prune'
  at: Place
  /** The one to be used from now on, and those before it. */
  keys: Key[]
  /** What is older goes, in milliseconds since the epoch. */
  before: number
}

const { kind, at, keys, before } = JSON.parse(process.argv[2] ?? '') as ChangeUntilKilledInput
const store = await openPlace(at)
await store.ping()
console.log('begins')
if (kind === 'prune') await store.deleteSessions({ updatedBefore: new Date(before) })
else await new EncryptedStore({ store, keys }).rotateKeys()
process.exit(0)

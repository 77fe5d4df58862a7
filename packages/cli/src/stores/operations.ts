import type * as Operations from '@sessions/core/operations'
import type { OpenStore } from './open-store.ts'
import { load } from './resolve.ts'

/** Those of the copy of core that the adapter has, whose errors they know. */
export async function operationsOf({ adapter }: OpenStore): Promise<typeof Operations> {
  return (await load<typeof Operations>('@sessions/core/operations', adapter)).module
}

import { aloneMutants } from './alone.ts'
import { burstMutants, durableBurstMutants } from './bursts.ts'
import { clearMutants } from './clearing.ts'
import { conversionMutants } from './conversions.ts'
import { crashMutants } from './crashes.ts'
import { deleteMutants } from './deletion.ts'
import { durableMutants } from './durable.ts'
import { entryMutants } from './entries.ts'
import { exclusiveMutants } from './exclusive.ts'
import { expiryMutants } from './expiry.ts'
import { faultMutants } from './faults.ts'
import { filterMutants } from './filters.ts'
import { forkMutants } from './forks.ts'
import { itemMutants } from './items.ts'
import { keptTimeMutants } from './kept-times.ts'
import { leaseMutants } from './leases.ts'
import { lifecycleMutants } from './lifecycle.ts'
import { listMutants } from './listing.ts'
import { longCallMutants } from './long-calls.ts'
import { longHistoryMutants } from './long-histories.ts'
import { maintainMutants } from './maintain.ts'
import { metadataMutants } from './metadata.ts'
import { moveMutants } from './moves.ts'
import type { Mutant } from './mutant.ts'
import { orderMutants } from './order.ts'
import { pageMutants } from './pages.ts'
import { pingMutants } from './ping.ts'
import { readMutants } from './reads.ts'
import { recordMutants } from './records.ts'
import { replacingMutants } from './replacing.ts'
import { resourceMutants } from './resources.ts'
import { rewriteMutants } from './rewrites.ts'
import { sessionMutants } from './sessions.ts'
import { sharedHistoryMutants } from './shared-histories.ts'
import { timeMutants } from './time.ts'
import { transactionMutants } from './transactions.ts'
import { turnMutants } from './turns.ts'
import { valueMutants } from './values.ts'
import { watchMutants } from './watching.ts'

/** Every broken store and session that the kit must see. */
export const mutants: readonly Mutant[] = [
  ...itemMutants,
  ...readMutants,
  ...valueMutants,
  ...sessionMutants,
  ...metadataMutants,
  ...recordMutants,
  ...maintainMutants,
  ...pageMutants,
  ...listMutants,
  ...filterMutants,
  ...deleteMutants,
  ...clearMutants,
  ...longCallMutants,
  ...transactionMutants,
  ...rewriteMutants,
  ...longHistoryMutants,
  ...entryMutants,
  ...turnMutants,
  ...forkMutants,
  ...replacingMutants,
  ...keptTimeMutants,
  ...moveMutants,
  ...pingMutants,
  ...conversionMutants,
  ...leaseMutants,
  ...exclusiveMutants,
  ...watchMutants,
  ...timeMutants,
  ...expiryMutants,
  ...lifecycleMutants,
  ...orderMutants,
  ...burstMutants,
  ...faultMutants,
  ...resourceMutants,
  ...durableMutants,
  ...durableBurstMutants,
  ...sharedHistoryMutants,
  ...aloneMutants,
  ...crashMutants,
]

import type { CaseDefinition } from '../case.ts'
import { appendCases } from './append.ts'
import { burstCases } from './bursts.ts'
import { clearCases } from './clear.ts'
import { commandCases } from './commands.ts'
import { compactionCases } from './compaction.ts'
import { concurrencyCases } from './concurrency.ts'
import { conditionCases } from './conditions.ts'
import { conversionCases } from './conversions.ts'
import { crashCases } from './crash.ts'
import { deleteCases } from './delete.ts'
import { durableCases } from './durable.ts'
import { entryCases } from './entries.ts'
import { exclusiveCases } from './exclusive.ts'
import { expiryCases } from './expiry.ts'
import { faultCases } from './faults.ts'
import { filterCases } from './filters.ts'
import { forkCases } from './forks.ts'
import { identityCases } from './identity.ts'
import { iterationCases } from './iteration.ts'
import { keptTimeCases } from './kept-times.ts'
import { leaseCases } from './leases.ts'
import { lifecycleCases } from './lifecycle.ts'
import { limitCases } from './limit.ts'
import { listCases } from './list.ts'
import { listingOrderCases } from './listing-order.ts'
import { longCallCases } from './long-calls.ts'
import { longHistoryCases } from './long-histories.ts'
import { maintainCases } from './maintain.ts'
import { metadataCases } from './metadata.ts'
import { metadataFilterCases } from './metadata-filters.ts'
import { modelCases } from './model.ts'
import { moveCases } from './moves.ts'
import { mutationCases } from './mutations.ts'
import { operationCases } from './operations.ts'
import { orderCases } from './order.ts'
import { popCases } from './pop.ts'
import { processCases } from './processes.ts'
import { recordClearCases } from './record-clears.ts'
import { recordCases } from './records.ts'
import { replacingCases } from './replacing.ts'
import { resourceCases } from './resources.ts'
import { scaleCases } from './scale.ts'
import { sharedHistoryCases } from './shared-histories.ts'
import { suffixCases } from './suffixes.ts'
import { summaryCases } from './summaries.ts'
import { timeCases } from './time.ts'
import { transactionCases } from './transactions.ts'
import { turnCases } from './turns.ts'
import { valueCases } from './values.ts'
import { watchCases } from './watching.ts'

/** Every case of the kit, in the order in which a failure of an earlier one explains those of later ones. */
export const definitions: readonly CaseDefinition[] = [
  ...appendCases,
  ...limitCases,
  ...valueCases,
  ...identityCases,
  ...popCases,
  ...clearCases,
  ...metadataCases,
  ...recordCases,
  ...recordClearCases,
  ...conditionCases,
  ...maintainCases,
  ...iterationCases,
  ...listCases,
  ...metadataFilterCases,
  ...listingOrderCases,
  ...filterCases,
  ...deleteCases,
  ...longCallCases,
  ...transactionCases,
  ...suffixCases,
  ...mutationCases,
  ...compactionCases,
  ...longHistoryCases,
  ...entryCases,
  ...turnCases,
  ...forkCases,
  ...replacingCases,
  ...keptTimeCases,
  ...summaryCases,
  ...moveCases,
  ...conversionCases,
  ...operationCases,
  ...leaseCases,
  ...exclusiveCases,
  ...watchCases,
  ...timeCases,
  ...expiryCases,
  ...lifecycleCases,
  ...burstCases,
  ...orderCases,
  ...durableCases,
  ...modelCases,
  ...commandCases,
  ...concurrencyCases,
  ...faultCases,
  ...scaleCases,
  ...resourceCases,
  ...processCases,
  ...sharedHistoryCases,
  ...crashCases,
]

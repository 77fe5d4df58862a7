import type { CaseDefinition } from '../case.ts'
import { appendCases } from './append.ts'
import { clearCases } from './clear.ts'
import { commandCases } from './commands.ts'
import { compactionCases } from './compaction.ts'
import { concurrencyCases } from './concurrency.ts'
import { crashCases } from './crash.ts'
import { deleteCases } from './delete.ts'
import { durableCases } from './durable.ts'
import { expiryCases } from './expiry.ts'
import { faultCases } from './faults.ts'
import { identityCases } from './identity.ts'
import { iterationCases } from './iteration.ts'
import { lifecycleCases } from './lifecycle.ts'
import { limitCases } from './limit.ts'
import { listCases } from './list.ts'
import { longHistoryCases } from './long-histories.ts'
import { maintainCases } from './maintain.ts'
import { metadataCases } from './metadata.ts'
import { metadataFilterCases } from './metadata-filters.ts'
import { modelCases } from './model.ts'
import { mutationCases } from './mutations.ts'
import { popCases } from './pop.ts'
import { processCases } from './processes.ts'
import { recordCases } from './records.ts'
import { resourceCases } from './resources.ts'
import { scaleCases } from './scale.ts'
import { suffixCases } from './suffixes.ts'
import { timeCases } from './time.ts'
import { transactionCases } from './transactions.ts'
import { valueCases } from './values.ts'

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
  ...maintainCases,
  ...iterationCases,
  ...listCases,
  ...metadataFilterCases,
  ...deleteCases,
  ...transactionCases,
  ...suffixCases,
  ...mutationCases,
  ...compactionCases,
  ...longHistoryCases,
  ...timeCases,
  ...expiryCases,
  ...lifecycleCases,
  ...durableCases,
  ...modelCases,
  ...commandCases,
  ...concurrencyCases,
  ...faultCases,
  ...scaleCases,
  ...resourceCases,
  ...processCases,
  ...crashCases,
]

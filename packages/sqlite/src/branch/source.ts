import { highestId, lowestId } from '../entries.ts'
import type { Source } from '../source.ts'
import { type Names, quote } from '../tables.ts'
import { literal, viewOf } from './view.ts'

/** The messages of a branch, as Python numbered them. Metadata, leases and the ttl are of the whole session; operations of a branch. */
export function branchSource(names: Names, branch: string): Source {
  const messages = quote(viewOf(names))
  // In quotes, so that no branch and operation are together what another two are.
  const prefix = literal(JSON.stringify(branch))
  /** Nowhere for an id that is none, so that nothing is before or after it. */
  const bound = `(SELECT ifnull(sequence_number, iif(wanted IN (${lowestId}, ${highestId}), wanted, NULL)), wanted
    FROM (SELECT CAST(? AS INTEGER) AS wanted) LEFT JOIN message_structure ON message_structure.id = wanted)`
  return {
    messages,
    oldestFirst: `${messages}.place, ${messages}.id`,
    newestFirst: `${messages}.place DESC, ${messages}.id DESC`,
    place: 'place',
    is: (operator) => `(${messages}.place, ${messages}.id) ${operator} ${bound}`,
    operationId: `${prefix} || ?`,
    knownId: `substr(operation_id, length(${prefix}) + 1)`,
    isOfBranch: `substr(operation_id, 1, length(${prefix})) = ${prefix}`,
    isElsewhere: 'EXISTS (SELECT 1 FROM message_structure WHERE session_id = wanted)',
  }
}

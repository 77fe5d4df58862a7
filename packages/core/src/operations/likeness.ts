import { canonicalJSON } from '../codec/json.ts'
import type { WholeSession } from '../store/restored-session.ts'
import { metadataOf } from './whole-session.ts'

/**
 * What the session that is there is to the one that is to come. `equal`: the same records and metadata. `beginning`: its records are the
 * first of the other's, and its metadata are none that somebody gave it since: it was changed no later than the other, or they are among
 * the other's.
 */
export function likenessOf(there: WholeSession, given: WholeSession): 'equal' | 'beginning' | 'different' {
  const isPrefix =
    there.records.length <= given.records.length &&
    there.records.every((record, index) => record === given.records[index])
  if (!isPrefix) return 'different'
  const sameRecords = there.records.length === given.records.length
  if (sameRecords && metadataOf(there) === metadataOf(given) && areTimesKept(there, given)) return 'equal'
  return there.updatedAt <= given.updatedAt || isAmong(there, given) ? 'beginning' : 'different'
}

/** One that was written later, by whomever, keeps its times: nothing would be gained by setting them back. */
function areTimesKept(there: WholeSession, given: WholeSession): boolean {
  const isLater = there.updatedAt > given.updatedAt
  return isLater || (+there.updatedAt === +given.updatedAt && +there.createdAt === +given.createdAt)
}

function isAmong({ metadata = {} }: WholeSession, { metadata: given = {} }: WholeSession): boolean {
  return Object.entries(metadata).every(([key, value]) => {
    const other = given[key]
    return other !== undefined && canonicalJSON(other) === canonicalJSON(value)
  })
}

import { branchSource } from './branch/source.ts'
import { type Names, quoteNames } from './tables.ts'

/** Where the messages of a store stand, in which order, and which operations are theirs: parts of statements. */
export interface Source {
  /** The table or view, quoted. */
  readonly messages: string
  readonly oldestFirst: string
  readonly newestFirst: string
  /** A number that grows from one message to the next. */
  readonly place: string
  /** Compares where a message stands with where the one stands whose id is bound. */
  is(operator: '<=' | '>=' | '>'): string
  /** What is kept for the operation whose id is bound. */
  readonly operationId: string
  /** The id of an operation that is kept. */
  readonly knownId: string
  readonly isOfBranch: string
  /** Whether the session `wanted` has messages elsewhere, when it has none here. */
  readonly isElsewhere: string
}

export function sourceOf(names: Names): Source {
  if (names.branch !== undefined) return branchSource(names, names.branch)
  const { messages } = quoteNames(names).tables
  return {
    messages,
    oldestFirst: `${messages}.id`,
    newestFirst: `${messages}.id DESC`,
    place: 'id',
    is: (operator) => `id ${operator} CAST(? AS INTEGER)`,
    operationId: '?',
    knownId: 'operation_id',
    isOfBranch: 'true',
    isElsewhere: 'false',
  }
}

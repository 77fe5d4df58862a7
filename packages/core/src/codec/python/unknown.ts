import { type Fields, isFields, without } from './fields.ts'
import { noId, type Variant } from './variant.ts'

/** What the JavaScript SDK has no kind for: it keeps the item as it is and sends it so. */
export const unknown: Variant = {
  python: 'any other',
  js: 'unknown',
  toJs(item) {
    const { id } = item
    if (id === noId.python) return unknown.toJs(without(item, ['id']))
    return { type: 'unknown', ...(typeof id === 'string' && { id }), providerData: item }
  },
  toPython({ id, providerData: kept }): Fields {
    return { ...(isFields(kept) && without(kept, ['id'])), ...(typeof id === 'string' && { id }) }
  },
}

/** Kinds of Python's that the JavaScript SDK has no kind for. */
export const unknowns: readonly Variant[] = [
  [
    'local_shell_call',
    'the JavaScript SDK sends names of variables in `env` in lower case, with `_` before each letter',
  ],
  ['local_shell_call_output'],
  ['custom_tool_call'],
  ['custom_tool_call_output'],
  ['item_reference'],
  ['additional_tools'],
  ['compaction_trigger'],
].map(([python = '', note]) => ({ ...unknown, python, ...(note !== undefined && { note }) }))

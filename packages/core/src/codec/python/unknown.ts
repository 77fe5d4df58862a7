import { type Fields, isFields, without } from './fields.ts'
import type { Variant } from './variant.ts'

/** What the JavaScript SDK has no kind for: it keeps the item as it is and sends it so. */
export const unknown: Variant = {
  python: 'any other',
  js: 'unknown',
  toJs: (item) => ({ type: 'unknown', ...(typeof item.id === 'string' && { id: item.id }), providerData: item }),
  toPython({ id, providerData: kept }): Fields {
    const item = isFields(kept) ? without(kept, []) : {}
    return typeof id === 'string' && !Object.hasOwn(item, 'id') ? { ...item, id } : item
  },
}

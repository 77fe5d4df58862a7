import { asText, type Fields, isFields, malformed, providerData, sentOf, without } from './fields.ts'

/** One kind of item, in both SDKs. */
export interface Variant {
  /** The `type` of Python's item; for messages, with the role. */
  readonly python: string
  /** The `type` of the JavaScript SDK's item; for hosted tools, with the name. */
  readonly js: string
  /** What one side cannot say, for the table of the documents. */
  readonly note?: string
  /** @throws SESSION_RECORD_CORRUPT that names the place */
  toJs(item: Fields): Fields
  /** @throws SESSION_RECORD_CORRUPT where it is no item of the JavaScript SDK */
  toPython(item: Fields): Fields
}

/** One field of an item, and how its value is turned over; `undefined` leaves it out. */
export interface Field {
  readonly js: string
  readonly required?: boolean
  toJs(value: unknown, at: string): unknown
  toPython(value: unknown, at: string): unknown
}

/** As it is. */
export function same(js: string, required = false): Field {
  return { js, required, toJs: (value) => value, toPython: (value) => value }
}

/** A string, which must be there. */
export function text(js: string): Field {
  return { js, required: true, toJs: asText, toPython: asText }
}

/** A string that may be missing; Python also writes `null` then. */
export function maybeText(js: string): Field {
  const turn = (value: unknown, at: string): string | undefined =>
    value === null || value === undefined ? undefined : asText(value, at)
  return { js, toJs: turn, toPython: turn }
}

/** The ids of items that no server has given one: neither SDK sends its own. */
export const noId: { readonly python: string; readonly js: string } = { python: '__fake_id__', js: 'FAKE_ID' }

/** `placeholder`: whether the JavaScript SDK has its own for this kind. */
export function itemId(placeholder = false): Field {
  return {
    js: 'id',
    toJs(value, at) {
      if (value === null || value === undefined) return undefined
      if (value === noId.python) return placeholder ? noId.js : undefined
      return asText(value, at)
    },
    toPython: (value, at) => (placeholder && value === noId.js ? noId.python : asText(value, at)),
  }
}

/** Who called a tool: the model, or a program of the model's. */
export const caller: Field = {
  js: 'caller',
  toJs(value) {
    const { type, caller_id: callerId } = isFields(value) ? value : {}
    if (type === 'direct') return { type }
    return type === 'program' && typeof callerId === 'string' ? { type, callerId } : undefined
  },
  toPython(value) {
    const { type, callerId } = isFields(value) ? value : {}
    if (type === 'direct') return { type }
    return type === 'program' && typeof callerId === 'string' ? { type, caller_id: callerId } : undefined
  },
}

/** How the JavaScript SDK keeps what Python's item has beyond the fields of its own. */
export interface Kept {
  /** Fields of its own that it keeps a second time. */
  readonly twice?: readonly string[]
  /** Whether `providerData` is there even when it is empty. */
  readonly always?: boolean
  /** What it sends of `providerData`: all, or only these fields, which are objects. */
  readonly sent?: readonly string[]
  /** What it takes for granted where Python has nothing. */
  readonly defaults?: Fields
}

/** A kind of item most of whose fields have other names only. */
export function mapped(
  types: { python: string; js?: string; note?: string },
  given: { readonly [python: string]: Field },
  { twice = [], always = false, sent, defaults = {} }: Kept = {},
): Variant {
  const { python, js = python } = types
  const fields: readonly (readonly [string, Field])[] = Object.entries(given)
  const byJs = new Map(fields.map(([name, field]) => [field.js, [name, field] as const]))
  const own = ['type', ...fields.map(([name]) => name)]
  const left = own.filter((name) => !twice.includes(name))
  return {
    ...types,
    js,
    toJs(item) {
      assertComplete(item, fields, ([name]) => name)
      const turned = Object.entries(item).flatMap(([name, value]) => {
        if (name === 'type') return [['type', js]]
        const field = Object.hasOwn(given, name) ? given[name] : undefined
        const inner = field?.toJs(value, name)
        return field === undefined || inner === undefined ? [] : [[field.js, inner]]
      })
      const kept = without(item, left)
      return {
        ...defaults,
        ...Object.fromEntries(turned),
        ...(always ? { providerData: kept } : providerData(kept)),
      }
    },
    toPython(item) {
      assertComplete(item, fields, ([, field]) => field.js)
      const turned = Object.entries(item).flatMap(([name, value]) => {
        if (name === 'type') return [['type', python]]
        const [pythonName, field] = byJs.get(name) ?? []
        const inner = value === undefined ? undefined : field?.toPython(value, name)
        return inner === undefined ? [] : [[pythonName, inner]]
      })
      const kept = sentOf(item.providerData, own)
      const passed =
        sent === undefined
          ? kept
          : Object.fromEntries(
              Object.entries(kept).filter(([name, inner]) => sent.includes(name) && typeof inner === 'object'),
            )
      return { ...Object.fromEntries(turned), ...passed }
    },
  }
}

function assertComplete(
  item: Fields,
  fields: readonly (readonly [string, Field])[],
  nameOf: (field: readonly [string, Field]) => string,
): void {
  const missing = fields.find((field) => field[1].required && item[nameOf(field)] === undefined)
  if (missing !== undefined) throw malformed(nameOf(missing), 'there')
}

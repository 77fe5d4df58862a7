import { type Fields, isFields, malformed } from './fields.ts'
import { functionCall, functionResult } from './function-calls.ts'
import { hostedTools, hostedToPython } from './hosted-tools.ts'
import { assistant, developer, system, user } from './messages.ts'
import { compaction, reasoning, toolSearchCall, toolSearchOutput } from './model-items.ts'
import * as calls from './other-calls.ts'
import { unknown, unknowns } from './unknown.ts'
import type { Variant } from './variant.ts'

const messages: readonly Variant[] = [user, assistant, system, developer]

const named: readonly Variant[] = [
  functionCall,
  functionResult,
  reasoning,
  ...hostedTools,
  calls.computerCall,
  calls.computerResult,
  calls.shellCall,
  calls.shellResult,
  calls.applyPatchCall,
  calls.applyPatchResult,
  toolSearchCall,
  toolSearchOutput,
  calls.program,
  calls.programOutput,
  compaction,
]

/** Every kind of item that both SDKs know; what is not among them is `unknown` in JavaScript. */
export const variants: readonly Variant[] = [...messages, ...named, ...unknowns, unknown]

const byPython = new Map(named.map((variant) => [variant.python, variant]))
const byJs = new Map(named.map((variant) => [variant.js, variant]))
const byRole = new Map<unknown, Variant>([
  ['user', user],
  ['assistant', assistant],
  ['system', system],
  ['developer', developer],
])

/** An item as the JavaScript SDK knows it, where that can say it. @throws SESSION_RECORD_CORRUPT that names the place */
export function toJs(item: Fields): Fields {
  const { type, role } = item
  if (type !== undefined && type !== null && typeof type !== 'string') throw malformed('type', 'a string')
  if (type === 'message' || (typeof type !== 'string' && role !== undefined)) {
    const variant = byRole.get(role)
    if (variant === undefined) throw malformed('role', 'one of a message')
    return variant.toJs(item)
  }
  return (byPython.get(type ?? '') ?? unknown).toJs(item)
}

/** An item as Python stores it, where that can say it. @throws SESSION_RECORD_CORRUPT where it is no item of the JavaScript SDK */
export function toPython(item: Fields): Fields {
  const { type, role } = item
  const isMessage = type === 'message' || (type === undefined && typeof role === 'string')
  const variant = isMessage ? (role === 'developer' ? undefined : byRole.get(role)) : byJs.get(type as string)
  if (variant !== undefined) return withoutBytes(variant.toPython(item))
  if (type === 'hosted_tool_call') return withoutBytes(hostedToPython(item))
  if (type === 'unknown') return withoutBytes(unknown.toPython(item))
  throw malformed('type', 'one of the SDK')
}

/** Bytes where Python has no place for them do not go into its form. */
export function withoutBytes(value: Fields): Fields {
  return plain(value) as Fields
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (isFields(value)) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
    return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]))
  }
  return typeof value === 'object' && value !== null ? null : value
}

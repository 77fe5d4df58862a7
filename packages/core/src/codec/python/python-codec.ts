import { SessionError } from '../../errors/session-error.ts'
import type { SyncItemCodec } from '../item-codec.ts'
import { escapeBytes, unescapeBytes } from '../json-codec.ts'
import { type Fields, isFields, without } from './fields.ts'
import { isJsForm } from './js-form.ts'
import { isPatch, type Patch, patched, patchOf } from './patch.ts'
import { type ExactNumbers, parsePython, stringifyPython } from './python-json.ts'
import { isSame } from './same-value.ts'
import { toJs, toPython, withoutBytes } from './variants.ts'

/**
 * Items as the Agents SDK for Python stores them, so that agents in both languages go on in one conversation: Responses input items in the
 * store, items of the JavaScript SDK in the program. Records that the JavaScript SDK's items were stored in as they are, before this codec was
 * chosen, are read too.
 *
 * What Python cannot say of an item stands in its field `_agents_tool_title`, which Python's runner takes off before it sends anything
 * (0.22.0, `strip_internal_input_item_metadata`); what JavaScript cannot say, in the item's field `$python`, which the JavaScript SDK
 * does not send. So a round trip through the other language gives back what was there.
 */
export const pythonCodec: SyncItemCodec = {
  encode(item: object): string {
    const { [inJs]: beside, ...rest } = item as Fields
    const numbers = isFields(beside) && isFields(beside.numbers) ? (beside.numbers as ExactNumbers) : undefined
    if (numbers !== undefined) {
      const { numbers: _, ...patch } = beside as Fields
      const plain = Object.keys(patch).length === 0 ? rest : { ...rest, [inJs]: patch.item }
      const text = stringifyPython(encoded(plain), numbers)
      if (text !== undefined && isSame(named(pythonCodec.decode(text), item as Fields), item)) return text
    }
    return JSON.stringify(encoded(item as Fields))
  },
  // biome-ignore lint/suspicious/noExplicitAny: whatever type the caller says its items have
  decode(record: string): any {
    const { item, numbers } = parsePython(record)
    const found = decoded(item)
    if (Object.keys(numbers).length === 0) return found
    const patch = found[inJs]
    return { ...found, [inJs]: patch === undefined ? { numbers } : { item: patch, numbers } }
  },
  complete(items: readonly object[]): boolean {
    const names = new Map<unknown, unknown>()
    let isMissing = false
    for (const item of items as readonly (Fields & { name?: unknown })[]) {
      if (item.type === 'function_call') names.set(item.callId, item.name)
      if (!isUnnamed(item)) continue
      const name = names.get(item.callId)
      if (typeof name === 'string') item.name = name
      else isMissing = true
    }
    return isMissing
  },
}

/** Where an item of the JavaScript SDK's carries what that cannot say. */
const inJs = '$python'
/** Where an item of Python's does. */
const inPython = '_agents_tool_title'
/** What Python's runner takes off an item before it sends it. */
const unsent: readonly string[] = [inPython, '_agents_tool_description', 'provider_data']

/**
 * Whatever the conversions make of an item, decoding what is encoded gives it back, and the other way round: where they alone do not,
 * a patch makes up for the difference. Each of both calls the other only with what is nested in its own argument.
 */
function encoded(item: Fields): Fields {
  const original = item[inJs]
  if (isPatch(original)) {
    const python = patched(pythonOf(without(item, [inJs])), original)
    if (python !== undefined && isDecodedAs(python, item)) return python
  }
  const python = without(pythonOf(item), [inPython])
  if (isDecodedAs(python, item)) return python
  return { ...python, [inPython]: escapeBytes(patchOf(jsOf(python), item)) }
}

function decoded(item: Fields): Fields {
  const escaped = unescaped(item[inPython])
  if (isPatch(escaped)) {
    const js = patched(jsOf(without(item, [inPython])), escaped)
    if (js !== undefined && isSame(encoded(js), item)) return js
  }
  if (!Object.hasOwn(item, inPython) && isJsForm(item)) return unescapeBytes(item) as Fields
  const js = toJs(without(item, unsent))
  // A result was given no name, which is found from its call: the mark says that it is not to be stored.
  const isPlain = js.type !== 'function_call_result' && isSame(pythonOf(js), item)
  return isPlain && !Object.hasOwn(js, inJs) ? js : { ...js, [inJs]: patchOf(pythonOf(js), item) }
}

function isDecodedAs(python: Fields, item: Fields): boolean {
  try {
    return isSame(named(decoded(python), item), item)
  } catch (error) {
    return ignoringMalformed(error, false)
  }
}

/** With the name that the item was given, if it was found from its call. */
function named(found: Fields, { name }: Fields): Fields {
  return isUnnamed(found) && typeof name === 'string' ? { ...found, name } : found
}

/** Whether it is a result of Python's that was not given the name of its function. */
function isUnnamed(item: Fields): boolean {
  return item.type === 'function_call_result' && item[inJs] !== undefined && item.name === item.callId
}

/** What is no item of the SDK's stays as it is. */
function pythonOf(item: Fields): Fields {
  try {
    return toPython(item)
  } catch (error) {
    return ignoringMalformed(error, withoutBytes(item))
  }
}

function jsOf(item: Fields): Fields {
  try {
    return toJs(item)
  } catch (error) {
    return ignoringMalformed(error, {})
  }
}

function unescaped(patch: unknown): unknown {
  try {
    return patch === undefined ? undefined : unescapeBytes(patch)
  } catch (error) {
    return ignoringMalformed<Patch | undefined>(error, undefined)
  }
}

function ignoringMalformed<T>(error: unknown, instead: T): T {
  if (error instanceof SessionError && error.code === 'SESSION_RECORD_CORRUPT') return instead
  throw error
}

import { decryptFailed } from './errors.ts'

/** Marks an envelope, ours and Python's; its value is the version. */
const marker = '__enc__'
/** The version of Python's envelope; ours are later ones. */
export const pythonVersion = 1

/**
 * The version and the fields of an envelope, when they are those of its format: all of `required`, perhaps some of `optional`,
 * no others, each of the type that is given. `undefined` for what is no envelope.
 * @throws SESSION_DECRYPT_FAILED for what is marked as one and is not
 */
export function parseFields(
  record: string,
  versions: readonly number[],
  required: Readonly<Record<string, 'string' | 'number'>>,
  optional: Readonly<Record<string, 'string'>> = {},
): Record<string, unknown> | undefined {
  if (!record.includes(`"${marker}"`)) return undefined
  const { [marker]: found, ...fields } = parseObject(record)
  if (found === undefined) return undefined
  if (!versions.includes(found as number)) throw decryptFailed(versionProblem(found, versions))
  const types = { ...required, ...optional }
  const complete = Object.keys(required).every((name) => Object.hasOwn(fields, name))
  const fitting = Object.entries(fields).every(([name, value]) => {
    return Object.hasOwn(types, name) && typeof value === types[name]
  })
  if (!complete || !fitting) throw decryptFailed('its envelope is malformed')
  return { ...fields, version: found }
}

/** Whether a record is marked as an envelope of Python's. */
export function isPythonEnvelope(record: string): boolean {
  return record.includes(`"${marker}"`) && parseObject(record)[marker] === pythonVersion
}

/** The text of an authentic record; `undefined` for what is no UTF-8, which nobody tells from what is not authentic. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return undefined
  }
}

/** The first thing in a text may be a byte order mark of the caller's. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The message of a `SyntaxError` quotes the text, so it is not passed on. */
function parseObject(record: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(record)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw decryptFailed('its envelope is cut off or malformed')
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function versionProblem(found: unknown, versions: readonly number[]): string {
  const [newest] = versions
  if (found === pythonVersion) return "it is an envelope of the Agents SDK for Python, which format: 'python' reads"
  if (newest === pythonVersion && (found === 2 || found === 3)) {
    return "it is an envelope of the format 'sessions', not Python's"
  }
  return `its envelope is not of a version that is known, up to ${newest}`
}

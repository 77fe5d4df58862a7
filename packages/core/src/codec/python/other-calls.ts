import { asFields, asList, each, type Fields, isFields } from './fields.ts'
import { unknown } from './unknown.ts'
import { caller, type Field, itemId, mapped, maybeText, same, text, type Variant } from './variant.ts'

const both = { id: itemId(), call_id: text('callId') }
const status: Field = maybeText('status')

const computer: Variant = mapped(
  { python: 'computer_call' },
  { ...both, status, action: present('action'), actions: present('actions') },
  { twice: ['id', 'type'], always: true, defaults: { status: 'completed' } },
)

export const computerCall: Variant = {
  ...computer,
  // The JavaScript SDK has no call that does nothing.
  toJs: (item) => (firstAction(item) === undefined ? unknown.toJs(item) : withAction(computer.toJs(item))),
  toPython: (item) => withAction(computer.toPython(item)),
}

/** Of several actions the JavaScript SDK names the first one by itself too. */
function withAction(item: Fields): Fields {
  const action = firstAction(item)
  return action === undefined ? item : { ...item, action }
}

function firstAction({ action, actions }: Fields): unknown {
  return action ?? (Array.isArray(actions) ? actions[0] : undefined)
}

/** A screenshot, by its URL. */
const screenshot: Field = {
  js: 'output',
  required: true,
  toJs: (value, at) => ({ type: 'computer_screenshot', data: asFields(value, at).image_url }),
  toPython: (value, at) => ({ type: 'computer_screenshot', image_url: asFields(value, at).data }),
}

const computerOutput: Variant = mapped(
  {
    python: 'computer_call_output',
    js: 'computer_call_result',
    note: 'a screenshot by the id of a file makes it an `unknown` item in JavaScript, which is sent as it is',
  },
  { ...both, output: screenshot },
)

export const computerResult: Variant = {
  ...computerOutput,
  toJs(item) {
    const { image_url: url } = isFields(item.output) ? item.output : {}
    return isFields(item.output) && typeof url !== 'string' ? unknown.toJs(item) : computerOutput.toJs(item)
  },
}

const shellAction: Field = {
  js: 'action',
  required: true,
  toJs(value, at) {
    const { commands, timeout_ms: timeoutMs, max_output_length: maxOutputLength } = asFields(value, at)
    return {
      commands: asList(commands, `${at}.commands`),
      ...(typeof timeoutMs === 'number' && { timeoutMs }),
      ...(typeof maxOutputLength === 'number' && { maxOutputLength }),
    }
  },
  toPython(value, at) {
    const { commands, timeoutMs, maxOutputLength } = asFields(value, at)
    return {
      commands: asList(commands, `${at}.commands`),
      timeout_ms: typeof timeoutMs === 'number' ? timeoutMs : null,
      max_output_length: typeof maxOutputLength === 'number' ? maxOutputLength : null,
    }
  },
}

export const shellCall: Variant = mapped(
  { python: 'shell_call' },
  { ...both, status, action: shellAction, caller },
  { twice: ['id', 'type'], always: true, sent: ['environment'], defaults: { status: 'in_progress' } },
)

const shellOutput: Field = {
  js: 'output',
  required: true,
  toJs: (value, at) =>
    each(value, at, ({ stdout, stderr, outcome }) => {
      const { type, exit_code: exitCode } = isFields(outcome) ? outcome : {}
      return {
        ...streams(stdout, stderr),
        outcome:
          type === 'timeout' ? { type } : { type: 'exit', exitCode: typeof exitCode === 'number' ? exitCode : null },
      }
    }),
  toPython: (value, at) =>
    each(value, at, ({ stdout, stderr, outcome }) => {
      const { type, exitCode } = isFields(outcome) ? outcome : {}
      return {
        ...streams(stdout, stderr),
        outcome: type === 'timeout' ? { type } : { type: 'exit', exit_code: type === 'exit' ? (exitCode ?? 0) : 0 },
      }
    }),
}

function streams(stdout: unknown, stderr: unknown): Fields {
  return { stdout: typeof stdout === 'string' ? stdout : '', stderr: typeof stderr === 'string' ? stderr : '' }
}

export const shellResult: Variant = mapped(
  { python: 'shell_call_output' },
  { ...both, status, max_output_length: maybeNumber('maxOutputLength'), output: shellOutput, caller },
  { sent: [] },
)

const operation: Field = {
  js: 'operation',
  required: true,
  toJs: (value, at) => renamed(asFields(value, at), 'move_to', 'moveTo'),
  toPython: (value, at) => renamed(asFields(value, at), 'moveTo', 'move_to'),
}

export const applyPatchCall: Variant = mapped(
  { python: 'apply_patch_call' },
  { ...both, status, operation, caller },
  { twice: ['id', 'type'], always: true, sent: [], defaults: { status: 'in_progress' } },
)

export const applyPatchResult: Variant = mapped(
  { python: 'apply_patch_call_output' },
  { ...both, status, output: maybeText('output'), caller },
  { sent: [], defaults: { status: 'completed' } },
)

export const program: Variant = mapped(
  { python: 'program' },
  { ...both, code: text('code'), fingerprint: text('fingerprint') },
  { always: true },
)

export const programOutput: Variant = mapped(
  { python: 'program_output' },
  { ...both, result: text('output'), status: text('status') },
  { always: true },
)

function renamed(fields: Fields, from: string, to: string): Fields {
  const entries = Object.entries(fields).filter(
    ([name, value]) => name !== from || (value !== null && value !== undefined),
  )
  return Object.fromEntries(entries.map(([name, value]) => [name === from ? to : name, value]))
}

/** As it is, where it is there. */
function present(js: string): Field {
  const turn = (value: unknown): unknown => value ?? undefined
  return { ...same(js), toJs: turn, toPython: turn }
}

function maybeNumber(js: string): Field {
  const turn = (value: unknown): unknown => (typeof value === 'number' ? value : undefined)
  return { ...same(js), toJs: turn, toPython: turn }
}

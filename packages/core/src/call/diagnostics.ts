import type { SessionErrorCode } from '../errors/codes.ts'
import type { Call } from '../errors/translate.ts'

/** What is published on the diagnostics channel `sessions:call` when a call has ended. It never holds items or keys. */
export interface SessionCallEvent extends Call {
  /** Whether the call was made of a session or of a store. A session's call is followed by those it makes of its store. */
  on: 'session' | 'store'
  durationMs: number
  /** How it failed; absent where it succeeded. */
  code?: SessionErrorCode
}

interface Listeners {
  channel: { readonly hasSubscribers: boolean; publish(event: SessionCallEvent): void }
  /** Prints where `NODE_DEBUG` names `sessions`. */
  log: { readonly enabled: boolean; (format: string, ...values: unknown[]): void }
}

/** The part of Node that is used, taken at run time: other runtimes may lack it, and nothing is published then. */
interface NodeProcess {
  getBuiltinModule?(name: 'node:diagnostics_channel'): { channel(name: string): Listeners['channel'] }
  getBuiltinModule?(name: 'node:util'): { debuglog(section: string): Listeners['log'] }
}

const listeners = findListeners()
/** Fixed when the process starts. */
const isLogging = listeners?.log.enabled === true

/** Whether anybody wants to know of calls: asked before each one, so that nobody else pays. */
export function isObserved(): boolean {
  return isLogging || listeners?.channel.hasSubscribers === true
}

/** Tells whoever wants to know. */
export function publish(event: SessionCallEvent): void {
  listeners?.channel.publish(event)
  const { on, operation, sessionId = '-', durationMs, code = 'ok' } = event
  listeners?.log('%s.%s %s %s %d ms', on, operation, JSON.stringify(sessionId), code, durationMs.toFixed(3))
}

function findListeners(): Listeners | undefined {
  const { process } = globalThis as { process?: NodeProcess }
  const diagnostics = process?.getBuiltinModule?.('node:diagnostics_channel')
  const util = process?.getBuiltinModule?.('node:util')
  if (diagnostics === undefined || util === undefined) return undefined
  return { channel: diagnostics.channel('sessions:call'), log: util.debuglog('sessions') }
}

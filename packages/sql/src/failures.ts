import { SessionError } from '@sessions/core'

import { changed, type Meaning, mutilated, packet } from './meanings.ts'

/** What goes wrong between a server and us without an error of a driver. Nothing of the work may stay. */
export abstract class Failure extends Error {
  abstract readonly meaning: Meaning
}

/** Somebody has changed what was settled for the connection. */
export class SettingsChanged extends Failure {
  override name = 'SettingsChanged'
  readonly meaning: Meaning = ['SESSION_BACKEND', changed]
}

/** The server stored something else than it was given, and told so with a warning. */
export class Mutilated extends Failure {
  override name = 'Mutilated'
  readonly meaning: Meaning = ['SESSION_BACKEND', mutilated]
}

/** What was to be sent is more than the server takes at once; nothing was. */
export class PacketTooLarge extends Failure {
  override name = 'PacketTooLarge'
  readonly meaning: Meaning = ['SESSION_BACKEND', packet]

  constructor(packetBytes: number) {
    super(`max_allowed_packet is ${packetBytes}.`)
  }
}

/** A result has another shape than its statement promises. */
export class Misshapen extends Failure {
  override name = 'Misshapen'
  readonly meaning: Meaning = [
    'SESSION_BACKEND',
    'The database gave a result of another shape than was asked for: see the cause.',
  ]
}

/** What becomes of a deletion that something in the database undoes. */
export function keepsRows(): SessionError {
  return new SessionError(
    'SESSION_BACKEND',
    'A trigger, a rule or a policy of the database keeps rows that were to be deleted. Nothing was changed.',
  )
}

/** How a command ends, for scripts: a number, and what it means. Stable within a major version. */
export const exitCodes = {
  done: [0, 'It is done.'],
  found: [
    1,
    'What was looked for is not as it should be: findings, nothing that matches, a check that failed, an unhealthy store.',
  ],
  usage: [2, 'The command line is wrong, or a confirmation is missing. Nothing was done.'],
  missing: [3, 'There is no such session or entry.'],
  unavailable: [4, 'The store cannot be reached or is busy: the same command may succeed later.'],
  refused: [5, 'The store or a key refused: the code in the message says what to do.'],
  install: [6, 'A package is missing; the message has the line that installs it.'],
  bug: [70, 'A mistake of ours. `NODE_DEBUG=sessions` prints where.'],
  interrupted: [130, 'Ctrl-C: it ended cleanly, and says how to go on. After SIGTERM it is 143.'],
} as const satisfies Record<string, readonly [number, string]>

export type Outcome = keyof typeof exitCodes

/** An end of a command that is not success, in words for the user. */
export class Failure extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome, message: string, options?: ErrorOptions) {
    super(message, options)
    this.outcome = outcome
  }
}

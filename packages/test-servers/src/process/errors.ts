/** A server or one of its tools did not do what it was started for. */
export class StartError extends Error {
  /** The last lines of the server's log. */
  readonly log: string

  constructor(message: string, log: string, options?: ErrorOptions) {
    super(log === '' ? message : `${message}\nThe end of its log:\n${log}`, options)
    this.name = 'StartError'
    this.log = log
  }

  /** Another program has taken the port meanwhile. */
  get portIsTaken(): boolean {
    return /address already in use|could not (bind|create listening) /i.test(this.log)
  }
}

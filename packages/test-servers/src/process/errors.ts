/** A server or one of its tools did not do what it was started for. */
export class StartError extends Error {
  /** The last lines of the server's log. */
  readonly log: string

  constructor(message: string, log: string, options?: ErrorOptions) {
    super(log === '' ? message : `${message}\nThe end of its log:\n${log}`, options)
    this.name = 'StartError'
    this.log = log
  }

  /**
   * Another program has taken the port meanwhile. Galera says it in two ways, as the thread that can't listen may be gone
   * before it is looked at.
   */
  get portIsTaken(): boolean {
    return /address already in use|failed to read thread schedparams/i.test(this.log)
  }
}

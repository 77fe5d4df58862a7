/** What the caller's own code threw, or their signal gave as its reason: it reaches them as it is, not as an error of a backend. */
export class CallerFailure extends Error {
  readonly reason: unknown

  constructor(reason: unknown) {
    super('The caller ended the call.')
    this.reason = reason
  }
}

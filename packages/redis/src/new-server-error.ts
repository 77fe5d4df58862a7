/** A server of the cluster has just joined, and the client has not heard of it. */
export class NewServerError extends Error {
  constructor() {
    super('A server of the cluster is not known to the client yet.')
    this.name = 'NewServerError'
  }
}

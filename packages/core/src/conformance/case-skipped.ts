/** Thrown by a case that finds nothing to test; the message is the reason. */
export class CaseSkipped extends Error {}

/** Whether it is an error of the server's with this code. */
export function startsWith(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(`${code} `)
}

/** Whether keys of the call are not where it went, as its slot is just moving; nothing was done. */
export function isMoving(error: unknown): boolean {
  if (startsWith(error, 'TRYAGAIN')) return true
  // In the words of Redis, and of Valkey.
  return error instanceof Error && /attempted to access a non.local key/i.test(error.message)
}

/** Whether the server is no primary, or one that lost its replicas: a new connection to the same place may reach the one that is. */
export function isDemoted(error: unknown): boolean {
  return ['READONLY', 'MASTERDOWN', 'NOREPLICAS'].some((code) => startsWith(error, code))
}

/** Whom to tell that a session may have changed, by its id. */
export class ChangesHeard {
  readonly #listeners = new Map<string, Set<() => void>>()

  /** What it returns ends it. */
  listen(sessionId: string, onChange: () => void): () => void {
    const listeners = this.#listeners.get(sessionId) ?? new Set()
    this.#listeners.set(sessionId, listeners)
    // A function of one's own, since the same one may be given twice.
    const listener = (): void => onChange()
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(sessionId) === listeners) this.#listeners.delete(sessionId)
    }
  }

  tell(sessionId: string): void {
    for (const listener of [...(this.#listeners.get(sessionId) ?? [])]) listener()
  }
}

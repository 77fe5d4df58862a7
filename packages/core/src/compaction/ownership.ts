/**
 * Who may compact without being asked: a run that has read the history, until somebody else writes through the same session. Its own
 * writes leave it the owner.
 */
export class Ownership {
  /** Another object after each write. */
  #generation: object = {}
  readonly #receipts = new WeakMap<object, object>()

  /** For a read that gives ownership: of the history as it was when the read began. */
  async read<T>(read: () => Promise<T>): Promise<{ items: T; ownership: object }> {
    const generation = this.#generation
    const ownership = {}
    const items = await read()
    this.#receipts.set(ownership, generation)
    return { items, ownership }
  }

  /** For a write: moves the ownership to whoever makes it, and away from everybody if it fails. */
  async write<T>(ownership: object | null, write: () => Promise<T>): Promise<T> {
    const isOwner = this.owns(ownership)
    this.#move()
    if (isOwner && ownership !== null) this.#receipts.set(ownership, this.#generation)
    try {
      return await write()
    } catch (error) {
      this.#move()
      throw error
    }
  }

  owns(ownership: object | null): boolean {
    return ownership !== null && this.#receipts.get(ownership) === this.#generation
  }

  #move(): void {
    this.#generation = {}
  }
}

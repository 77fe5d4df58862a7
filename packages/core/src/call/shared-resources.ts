interface Entry<T> {
  resource: Promise<T>
  opened?: T
  users: number
}

/** A share of a resource; whoever holds it gives it back once. */
export interface Lease<T> {
  readonly resource: T
  release(): Promise<void>
}

/** What the stores of one process share by key, such as a connection by its path: opened with the first, closed with the last. */
export class SharedResources<T> {
  readonly #entries = new Map<string, Entry<T>>()
  readonly #close: (resource: T) => void | Promise<void>

  constructor(close: (resource: T) => void | Promise<void>) {
    this.#close = close
  }

  /** A failed `open` fails all who wait for it; the next one tries again. */
  async acquire(key: string, open: () => T | Promise<T>): Promise<Lease<T>> {
    const entry: Entry<T> = this.#entries.get(key) ?? { resource: Promise.resolve().then(open), users: 0 }
    this.#entries.set(key, entry)
    entry.users++
    try {
      const resource = await entry.resource
      entry.opened = resource
      return { resource, release: () => this.#release(key, entry, resource) }
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
  }

  /** The next one to ask for the key opens anew; those who hold this resource keep it until they release it. */
  forget(key: string, resource: T): void {
    if (this.#entries.get(key)?.opened === resource) this.#entries.delete(key)
  }

  async #release(key: string, entry: Entry<T>, resource: T): Promise<void> {
    entry.users--
    if (entry.users > 0) return
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
    await this.#close(resource)
  }
}

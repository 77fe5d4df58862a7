import { gotNoConnection, NoConnection } from './errors.ts'

/**
 * The connections of one database, as groups of appends need them. One that waits behind other groups has not waited for a connection,
 * for however long, unless those get none either: it was us who let so many be under way.
 */
export class GroupConnections {
  /** The groups that have a connection, or wait for one. */
  readonly #underWay = new Set<Promise<unknown>>()
  /** How many groups had a connection. */
  #had = 0
  /** Whether the last group got none. */
  #isStuck = false

  /**
   * Work that begins by waiting for a connection, and has done nothing where it got none.
   * @param until - whoever comes later than that, by `performance.now()`, is not tried while groups get no connections
   * @throws NoConnection
   */
  async use<T>(until: number, work: () => Promise<T>): Promise<T> {
    for (;;) {
      if (this.#isStuck && until < performance.now()) throw new NoConnection()
      const had = this.#had
      try {
        return await this.#try(work)
      } catch (error) {
        if (!gotNoConnection(error)) throw error
        while (this.#had === had && this.#underWay.size > 0) await Promise.allSettled([Promise.race(this.#underWay)])
        this.#isStuck = this.#had === had
        if (this.#isStuck) throw error
      }
    }
  }

  async #try<T>(work: () => Promise<T>): Promise<T> {
    const working = work()
    this.#underWay.add(working)
    try {
      const result = await working
      this.#getOn()
      return result
    } catch (error) {
      if (!gotNoConnection(error)) this.#getOn()
      throw error
    } finally {
      this.#underWay.delete(working)
    }
  }

  #getOn(): void {
    this.#had++
    this.#isStuck = false
  }
}

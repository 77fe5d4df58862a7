import { randomBytes } from 'node:crypto'

/** The databases that tests have got of one server. */
export class Databases {
  readonly #url: string
  readonly #create: (name: string) => Promise<void>
  readonly #drop: (name: string) => Promise<void>
  readonly #names: string[] = []

  constructor(url: string, create: (name: string) => Promise<void>, drop: (name: string) => Promise<void>) {
    this.#url = url
    this.#create = create
    this.#drop = drop
  }

  /** Creates a database that nobody else uses. Resolves to its URL. */
  async create(): Promise<string> {
    const name = `sessions_test_${randomBytes(6).toString('hex')}`
    await this.#create(name)
    this.#names.push(name)
    return withDatabase(this.#url, name)
  }

  async dropAll(): Promise<void> {
    for (const name of this.#names.splice(0)) await this.#drop(name)
  }
}

/** The URL with another database. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

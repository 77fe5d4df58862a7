import { QueryTypes, Sequelize } from 'sequelize'

/** Looks into a database of the tests, and changes what no store would. */
export class Admin {
  readonly #sequelize: Sequelize
  readonly #isPostgres: boolean

  constructor(url: string) {
    this.#sequelize = new Sequelize(url, { logging: false, pool: { idle: 100 } })
    this.#isPostgres = this.#sequelize.getDialect() === 'postgres'
  }

  async select<T extends object>(sql: string): Promise<T[]> {
    return this.#sequelize.query<T>(sql, { type: QueryTypes.SELECT })
  }

  async execute(sql: string): Promise<void> {
    await this.#sequelize.query(sql)
  }

  /** Forgets every session, as where nobody ever opened a store. */
  async empty(): Promise<void> {
    if (await this.#hasTables()) await this.execute('DELETE FROM agent_sessions')
  }

  /** Time passes for what is stored. */
  async moveBack(ms: number): Promise<void> {
    const moved = (column: string): string =>
      this.#isPostgres
        ? `${column} = ${column} - interval '${ms} milliseconds'`
        : `${column} = ${column} - INTERVAL ${ms * 1000} MICROSECOND`
    await this.execute(`UPDATE agent_sessions SET ${moved('created_at')}, ${moved('updated_at')}`)
    await this.execute(`UPDATE agent_messages SET ${moved('created_at')}`)
  }

  async close(): Promise<void> {
    await this.#sequelize.close()
  }

  async #hasTables(): Promise<boolean> {
    const schema = this.#isPostgres ? 'current_schema()' : 'DATABASE()'
    const rows = await this.select(
      `SELECT 1 AS found FROM information_schema.tables WHERE table_name = 'agent_sessions' AND table_schema = ${schema}`,
    )
    return rows.length > 0
  }
}

import { QueryTypes, Sequelize } from 'sequelize'

/** What InnoDB counts for the whole server. */
function metric(name: string): string {
  return `SELECT \`count\` AS n FROM information_schema.innodb_metrics WHERE name = '${name}'`
}

/** An error number of MySQL and MariaDB. */
const deadlock = 1213

/** Looks into a database of the tests, and changes what no store would. */
export class Admin {
  readonly #sequelize: Sequelize
  readonly url: string
  readonly isPostgres: boolean

  constructor(url: string) {
    this.url = url
    // Sequelize cannot read raw rows through the newest mariadb.
    this.#sequelize = new Sequelize(url.replace('mariadb:', 'mysql:'), { logging: false, pool: { idle: 100 } })
    this.isPostgres = this.#sequelize.getDialect() === 'postgres'
    if (this.isPostgres) return
    // A node of a cluster sees what was acknowledged by another one before it changes anything.
    this.#sequelize.addHook('afterConnect', (connection) => {
      const { query } = connection as { query(sql: string, done: () => void): void }
      query.call(connection, 'SET SESSION wsrep_sync_wait = 15', () => undefined)
    })
  }

  async select<T extends object>(sql: string): Promise<T[]> {
    return this.#sequelize.query<T>(sql, { type: QueryTypes.SELECT })
  }

  async execute(sql: string): Promise<void> {
    try {
      await this.#sequelize.query(sql)
    } catch (error) {
      // What another node of a cluster wrote came before it: nothing of it was done.
      if ((error as { parent?: { errno?: number } }).parent?.errno !== deadlock) throw error
      await this.execute(sql)
    }
  }

  /** Rows of one column `n`, from 0 up, to select from. */
  numbers(count: number): string {
    if (this.isPostgres) return `generate_series(0, ${count - 1}) AS n`
    const digit = Array.from({ length: 10 }, (_, n) => `SELECT ${n} AS n`).join(' UNION ALL ')
    const places = Array.from(String(count - 1), (_, place) => place)
    const sum = places.map((place) => `d${place}.n * ${10 ** place}`).join(' + ')
    const digits = places.map((place) => `(${digit}) AS d${place}`).join(' CROSS JOIN ')
    return `(SELECT ${sum} AS n FROM ${digits} HAVING n < ${count}) AS numbers`
  }

  /** Forgets every session and lease, as where nobody ever opened a store. */
  async empty(): Promise<void> {
    if (!(await this.#hasTables())) return
    await this.execute('DELETE FROM agent_sessions')
    await this.execute('DELETE FROM agent_sessions_leases')
  }

  /** Time passes for what is stored. */
  async moveBack(ms: number): Promise<void> {
    const moved = (column: string): string =>
      this.isPostgres
        ? `${column} = ${column} - interval '${ms} milliseconds'`
        : `${column} = ${column} - INTERVAL ${ms * 1000} MICROSECOND`
    await this.execute(`UPDATE agent_sessions SET ${moved('created_at')}, ${moved('updated_at')}`)
    await this.execute(`UPDATE agent_messages SET ${moved('created_at')}`)
    await this.execute(`UPDATE agent_sessions_leases SET until_ms = until_ms - ${ms}`)
  }

  /** Makes each message written change the one row of a table `counter`. */
  async countMessages(): Promise<void> {
    const update = 'UPDATE counter SET n = n + 1 WHERE filler = 0'
    if (!this.isPostgres) {
      return this.execute(`CREATE TRIGGER counting AFTER INSERT ON agent_messages FOR EACH ROW ${update}`)
    }
    await this.execute(
      `CREATE FUNCTION counting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${update}; RETURN NEW; END $$`,
    )
    await this.execute(
      'CREATE TRIGGER counting AFTER INSERT ON agent_messages FOR EACH ROW EXECUTE FUNCTION counting()',
    )
  }

  /** Makes the server refuse messages that contain a word, with an SQLSTATE and a text that quotes them. */
  async refuseMessages(word: string, state = this.isPostgres ? 'P0001' : '45000'): Promise<void> {
    if (!this.isPostgres) {
      const text = "SET @quoted = CONCAT('refused: ', LEFT(NEW.message_data, 100))"
      const signal = `SIGNAL SQLSTATE '${state}' SET MESSAGE_TEXT = @quoted`
      return this.execute(
        `CREATE TRIGGER refusing BEFORE INSERT ON agent_messages FOR EACH ROW
          BEGIN IF NEW.message_data LIKE '%${word}%' THEN ${text}; ${signal}; END IF; END`,
      )
    }
    await this.execute(
      `CREATE FUNCTION refusing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.message_data LIKE '%${word}%' THEN
          RAISE EXCEPTION 'refused: %', NEW.message_data
            USING ERRCODE = '${state}', DETAIL = NEW.message_data, HINT = NEW.message_data;
        END IF; RETURN NEW; END $$`,
    )
    await this.execute(
      'CREATE TRIGGER refusing BEFORE INSERT ON agent_messages FOR EACH ROW EXECUTE FUNCTION refusing()',
    )
  }

  /** Makes the server take its time for messages that contain a word. */
  async delayMessages(word: string, seconds: number): Promise<void> {
    const isMeant = `NEW.message_data LIKE '%${word}%'`
    if (!this.isPostgres) {
      return this.execute(
        `CREATE TRIGGER delaying BEFORE INSERT ON agent_messages FOR EACH ROW
          BEGIN IF ${isMeant} THEN DO SLEEP(${seconds}); END IF; END`,
      )
    }
    await this.execute(
      `CREATE FUNCTION delaying() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF ${isMeant} THEN PERFORM pg_sleep(${seconds}); END IF; RETURN NEW; END $$`,
    )
    await this.execute(
      'CREATE TRIGGER delaying BEFORE INSERT ON agent_messages FOR EACH ROW EXECUTE FUNCTION delaying()',
    )
  }

  /** How many transactions wait for a lock now. */
  async countWaiting(): Promise<number> {
    return this.#count(
      this.isPostgres
        ? "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        : metric('lock_row_lock_current_waits'),
    )
  }

  /** How many deadlocks the server has solved. */
  async countDeadlocks(): Promise<number> {
    return this.#count(
      this.isPostgres
        ? 'SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()'
        : metric('lock_deadlocks'),
    )
  }

  /** How many rows MySQL or MariaDB has gone on to along an index, for all who use the server. */
  async countRowsRead(): Promise<number> {
    const [row] = await this.select<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Handler_read_next'")
    return Number(row?.Value)
  }

  async close(): Promise<void> {
    await this.#sequelize.close()
  }

  /** Connections that stores have to this database; on MariaDB, all but the one that asks. */
  countConnections(): Promise<number> {
    return this.#count(
      this.isPostgres
        ? "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = '@sessions/sql' AND datname = current_database()"
        : 'SELECT count(*) AS n FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
    )
  }

  async #count(sql: string): Promise<number> {
    const [row] = await this.select<{ n: number | string }>(sql)
    return Number(row?.n)
  }

  async #hasTables(): Promise<boolean> {
    const schema = this.isPostgres ? 'current_schema()' : 'DATABASE()'
    const rows = await this.select(
      `SELECT 1 AS found FROM information_schema.tables WHERE table_name = 'agent_sessions_leases' AND table_schema = ${schema}`,
    )
    return rows.length > 0
  }
}

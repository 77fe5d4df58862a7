import type { Options, Sequelize } from 'sequelize'
import { openSequelize } from './sequelize.ts'

/** Says something on each connection that Sequelize makes. */
export function telling(sequelize: Sequelize, ...texts: string[]): Sequelize {
  sequelize.addHook('afterConnect', async (connection) => {
    for (const text of texts) await tell(connection, text)
  })
  return sequelize
}

/** Whichever driver the connection is of. */
export async function tell(connection: unknown, text: string): Promise<void> {
  const client = connection as { query(sql: string, done?: (error: Error | null) => void): unknown }
  await new Promise<void>((resolve, reject) => {
    const done = (error: Error | null): void => (error ? reject(error) : resolve())
    const pending = client.query(text, done)
    if (pending instanceof Promise) pending.then(() => resolve(), reject)
  })
}

export function open(url: string, options: Options): Sequelize {
  return openSequelize(url, { pool: { max: 2 }, ...options })
}

import { createConnection, type RowDataPacket } from 'mysql2/promise'

/** Executes one statement on a connection of its own. Resolves to its rows. */
export async function execute(
  url: string,
  statement: string,
  before: readonly string[] = [],
): Promise<RowDataPacket[]> {
  const connection = await createConnection({ uri: url, connectTimeout: 5_000 })
  try {
    for (const setting of before) await connection.query(setting)
    const [rows] = await connection.query<RowDataPacket[]>(statement)
    return rows
  } finally {
    connection.destroy()
  }
}

/** The statement that creates an empty database in utf8mb4. */
export function createDatabase(name: string): string {
  return `CREATE DATABASE ${name} CHARACTER SET utf8mb4`
}

/** Rejects as long as the server of that folder does not answer. */
export async function probe(url: string, folder: string): Promise<void> {
  const [row] = await execute(url, 'SELECT @@datadir AS folder')
  if (row?.folder !== folder) throw new Error(`Another server answers: ${JSON.stringify(row)}`)
}

import { startMariaDB } from '@sessions/test-servers'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { expect, it } from 'vitest'
import { isGone } from './gone.ts'

async function query(url: string, ...statements: string[]): Promise<RowDataPacket[]> {
  const connection = await createConnection(url)
  try {
    for (const statement of statements.slice(0, -1)) await connection.query(statement)
    const [rows] = await connection.query<RowDataPacket[]>(statements.at(-1) ?? '')
    return rows
  } finally {
    await connection.end()
  }
}

it('gives every caller an empty database that takes 16 MiB in a statement', async () => {
  await using server = await startMariaDB()
  const [one, other] = await Promise.all([server.createDatabase(), server.createDatabase()])
  await query(one, 'CREATE TABLE t (c LONGTEXT)', `INSERT INTO t VALUES ('${'é'.repeat(2 ** 23)}')`)
  expect(await query(one, 'SELECT LENGTH(c) AS length FROM t')).toEqual([{ length: 2 ** 24 }])
  expect(await query(other, 'SHOW TABLES')).toEqual([])
})

it('keeps its port and what was committed when it is killed', async () => {
  await using server = await startMariaDB({ own: true, settings: { innodb_lock_wait_timeout: '7' } })
  const url = await server.createDatabase()
  await query(url, 'CREATE TABLE t (n INT)', 'INSERT INTO t VALUES (7)')
  await server.kill()
  await expect(query(url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
  await server.start()
  expect(await query(url, 'SELECT n, @@innodb_lock_wait_timeout AS s FROM t')).toEqual([{ n: 7, s: 7 }])
})

it('leaves nothing behind when it stops', async () => {
  const server = await startMariaDB({ own: true })
  const [row] = await query(server.url, 'SELECT @@datadir AS folder')
  await server.stop()
  await expect(query(server.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
  expect(row).toEqual(expect.toSatisfy(({ folder }) => isGone({ folder })))
})

it('tells the end of the log when it can’t start', async () => {
  await expect(startMariaDB({ settings: { no_such: '1' } })).rejects.toThrow("unknown variable 'no_such=1'")
})

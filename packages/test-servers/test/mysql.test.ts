import { startMySQL } from '@sessions/test-servers'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { expect, it } from 'vitest'
import { mysql } from '../src/machine/software.ts'
import { unpacked } from '../src/machine/unpack.ts'
import { isGone } from './gone.ts'

const isWithout = (process.env.SESSIONS_TEST_WITHOUT ?? '').includes('MySQL')

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

it.skipIf(isWithout)(
  'gives databases of MySQL, keeps them and its port when it is killed, and leaves nothing behind',
  async () => {
    const server = await startMySQL({ own: true, settings: { innodb_lock_wait_timeout: '7' } })
    if (server === undefined) throw new Error('There is no MySQL')
    const [one, other] = await Promise.all([server.createDatabase(), server.createDatabase()])
    await query(one, 'CREATE TABLE t (c LONGTEXT)', `INSERT INTO t VALUES ('${'é'.repeat(2 ** 23)}')`)
    expect(await query(other, 'SHOW TABLES')).toEqual([])
    const [about] = await query(one, 'SELECT @@datadir AS folder, @@version_comment AS comment')
    expect(about?.comment).not.toContain('MariaDB')

    await server.kill()
    await expect(query(one, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
    await server.start()
    expect(await query(one, 'SELECT LENGTH(c) AS n, @@innodb_lock_wait_timeout AS s FROM t')).toEqual([
      { n: 2 ** 24, s: 7 },
    ])
    await server.stop()
    await expect(query(server.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
    expect(isGone({ folder: String(about?.folder) })).toBe(true)
  },
)

it('says what to do where a package of sid can’t be had', async () => {
  await expect(unpacked({ ...mysql, package: 'sessions-no-such-package' })).rejects.toThrow(
    /sessions-no-such-package of Debian sid can't be had: .*\n.*docker compose up -d --wait mysql && export SESSIONS_TEST_MYSQL_URL=.*\n {2}export SESSIONS_TEST_WITHOUT=MySQL$/s,
  )
})

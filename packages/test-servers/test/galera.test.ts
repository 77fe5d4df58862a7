import { type GaleraCluster, startGalera } from '@sessions/test-servers'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, expect, it } from 'vitest'

let cluster: GaleraCluster
beforeAll(async () => {
  cluster = await startGalera({ own: true })
})
afterAll(() => cluster.stop())

async function query(url: string | undefined, statement: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(url ?? '')
  await connection.query('SET SESSION wsrep_sync_wait = 15')
  const [rows] = await connection.query<RowDataPacket[]>(statement)
  await connection.end()
  return rows
}

it('reads on one node what was written on another, and takes a killed node back', async () => {
  const [first, second, third] = await cluster.createDatabase()
  await query(first, 'CREATE TABLE t (n INT PRIMARY KEY)')
  await query(first, 'INSERT INTO t VALUES (1)')
  expect(await query(third, 'SELECT n FROM t')).toEqual([{ n: 1 }])

  await cluster.nodes[0]?.kill()
  await expect(query(first, 'SELECT n FROM t')).rejects.toThrow('ECONNREFUSED')
  await query(second, 'INSERT INTO t VALUES (2)')
  await cluster.nodes[0]?.start()
  expect(await query(first, 'SELECT n FROM t')).toEqual([{ n: 1 }, { n: 2 }])
  expect(await query(first, "SHOW STATUS LIKE 'wsrep_cluster_size'")).toMatchObject([{ Value: '3' }])
})

import { startPostgres } from '@sessions/test-servers'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { isGone } from './gone.ts'

async function query(url: string, ...statements: string[]): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements.slice(0, -1)) await client.query(statement)
    return (await client.query(statements.at(-1) ?? '')).rows
  } finally {
    await client.end()
  }
}

it('gives every caller an empty database in UTF-8', async () => {
  await using server = await startPostgres()
  const [one, other] = await Promise.all([server.createDatabase(), server.createDatabase()])
  await query(one, 'CREATE TABLE t ()', 'SELECT')
  expect(await query(one, "SELECT to_regclass('t') IS NOT NULL AS found")).toEqual([{ found: true }])
  expect(await query(other, "SELECT to_regclass('t') IS NOT NULL AS found")).toEqual([{ found: false }])
  expect(await query(other, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }])
})

it('keeps its port and what was committed when it is stopped immediately', async () => {
  await using server = await startPostgres({ own: true, settings: { work_mem: '5MB' } })
  const url = await server.createDatabase()
  await query(url, 'CREATE TABLE t (n int)', 'INSERT INTO t VALUES (7)')
  await server.stopImmediately()
  await expect(query(url, 'SELECT')).rejects.toThrow('ECONNREFUSED')
  await server.start()
  expect(await query(url, 'SELECT n FROM t')).toEqual([{ n: 7 }])
  expect(await query(url, 'SHOW work_mem')).toEqual([{ work_mem: '5MB' }])
})

it('leaves nothing behind when it stops', async () => {
  const server = await startPostgres({ own: true })
  const rows = await query(server.url, "SELECT pg_backend_pid() AS pid, current_setting('data_directory') AS folder")
  await server.stop()
  await expect(query(server.url, 'SELECT')).rejects.toThrow('ECONNREFUSED')
  expect(rows).toEqual([expect.toSatisfy(isGone)])
})

it('tells the end of the log when it can’t start', async () => {
  await expect(startPostgres({ settings: { no_such: '1' } })).rejects.toThrow('unrecognized configuration parameter')
})

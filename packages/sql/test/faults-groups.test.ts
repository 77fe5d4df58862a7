import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll, describe } from 'vitest'
import { describeGroups } from './support/groups.ts'

const [postgres, mariadb, mysql] = await Promise.all([startPostgres(), startMariaDB(), startMySQL()])
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))

describe('groups of several processes', () => {
  describeGroups('Postgres', async () => [await postgres.createDatabase()])
  describeGroups('MariaDB', async () => {
    const url = await mariadb.createDatabase()
    return [url, url.replace('mariadb:', 'mysql:')]
  })
  if (mysql !== undefined) describeGroups('MySQL', async () => [await mysql.createDatabase()])
})

import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { describeOrder } from './support/order.ts'

const [postgres, mariadb, mysql] = [await startPostgres(), await startMariaDB(), await startMySQL()]
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))

describeOrder('Postgres', true, async () => [await postgres.createDatabase()])
describeOrder('MariaDB', true, async () => [await mariadb.createDatabase()])
if (mysql) describeOrder('MySQL', true, async () => [await mysql.createDatabase()])

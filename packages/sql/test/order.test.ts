import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { describeOrder } from './support/order.ts'

const [postgres, mariadb] = [await startPostgres(), await startMariaDB()]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))

describeOrder('Postgres', true, async () => [await postgres.createDatabase()])
describeOrder('MariaDB', true, async () => [await mariadb.createDatabase()])

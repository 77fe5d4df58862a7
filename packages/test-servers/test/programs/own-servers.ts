/** Starts servers, tells their process ids, and never stops them. */
import { startMariaDB, startPostgres } from '@sessions/test-servers'

const [postgres, mariadb] = await Promise.all([startPostgres({ own: true }), startMariaDB({ own: true })])
process.send?.([postgres.url, mariadb.url])

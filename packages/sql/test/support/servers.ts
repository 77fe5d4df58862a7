import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'

/** Starts a server of each kind for all test files together, unless the environment names one. */
export default async function startServers(): Promise<() => Promise<unknown>> {
  const servers = await Promise.all([startPostgres(), startMariaDB(), startMySQL()])
  const [postgres, mariadb, mysql] = servers
  process.env.SESSIONS_TEST_POSTGRES_URL ??= postgres.url
  process.env.SESSIONS_TEST_MARIADB_URL ??= mariadb.url
  if (mysql) process.env.SESSIONS_TEST_MYSQL_URL ??= mysql.url
  return () => Promise.all(servers.map((server) => server?.stop()))
}

export { type MariaDBServer, startMariaDB } from './mariadb/mariadb-server.ts'
export { startPgBouncer } from './postgres/pgbouncer.ts'
export { type PostgresServer, startPostgres } from './postgres/postgres-server.ts'
export type { ServerOptions, TestServer } from './test-server.ts'

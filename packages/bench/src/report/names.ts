import type { Backend } from '../peers/contender.ts'

/** What backends are called, in the order of the reports. */
export const titles: Readonly<Record<Backend, string>> = {
  sqlite: 'SQLite',
  postgres: 'Postgres',
  mariadb: 'MariaDB',
  redis: 'Redis',
  memory: 'Memory',
}

import type { UnpackedSoftware } from './unpack.ts'

/** Something of this machine that tests run, and how one gets it. */
export interface Software {
  readonly name: string
  /** The files that must exist, by name. */
  readonly files: readonly string[]
  /** Where to look besides PATH: patterns, the last match first, as that is the newest version. */
  readonly folders: readonly string[]
  /** The packages that have it, for Debian and Ubuntu, and for Homebrew if that has it. */
  readonly apt: readonly string[]
  readonly brew?: string
  /** The servers of `compose.yml` that stand in for it, if there are, and the variable that leads to them, or to it, if there is one. */
  readonly compose?: string
  readonly environment?: string
}

const folders = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/usr/local/bin']

export const postgres: Software = {
  name: 'Postgres',
  files: ['initdb', 'postgres'],
  folders: [
    '/usr/lib/postgresql/*/bin',
    '/usr/pgsql-*/bin',
    '/usr/local/opt/postgresql@*/bin',
    '/opt/homebrew/opt/postgresql@*/bin',
  ],
  apt: ['postgresql'],
  brew: 'postgresql@17',
  compose: 'postgres',
  environment: 'SESSIONS_TEST_POSTGRES_URL=postgres://postgres:sessions@127.0.0.1:54320/postgres',
}

export const pgbouncer: Software = {
  name: 'PgBouncer',
  files: ['pgbouncer'],
  folders: [...folders, '/opt/homebrew/opt/pgbouncer/bin', '/usr/local/opt/pgbouncer/bin'],
  apt: ['pgbouncer'],
  brew: 'pgbouncer',
  compose: 'postgres pgbouncer',
  environment: `${postgres.environment} SESSIONS_TEST_PGBOUNCER_URL=postgres://postgres:sessions@127.0.0.1:54321/postgres`,
}

export const mariadb: Software = {
  name: 'MariaDB',
  files: ['mariadbd', 'mariadb-install-db'],
  folders: [...folders, '/opt/homebrew/opt/mariadb/bin', '/usr/local/opt/mariadb/bin'],
  apt: ['mariadb-server'],
  brew: 'mariadb',
  compose: 'mariadb',
  environment: 'SESSIONS_TEST_MARIADB_URL=mariadb://root:sessions@127.0.0.1:33060/mysql',
}

export const galera: Software = {
  name: 'Galera',
  files: [...mariadb.files, 'libgalera_smm.so', 'rsync'],
  folders: [...mariadb.folders, '/usr/lib/galera', '/usr/lib64/galera-4'],
  apt: ['mariadb-server', 'galera-4', 'rsync'],
  compose: 'galera1 galera2 galera3',
  environment: `SESSIONS_TEST_GALERA_URLS=${[33061, 33062, 33063].map((port) => `mariadb://root:sessions@127.0.0.1:${port}/mysql`).join(',')}`,
}

export const redis: Software = {
  name: 'Redis',
  files: ['redis-server'],
  folders,
  apt: ['redis-server'],
  brew: 'redis',
  compose: 'redis',
  environment: 'SESSIONS_TEST_REDIS_URL=redis://127.0.0.1:63790',
}

export const redisCluster: Software = {
  ...redis,
  name: 'Redis Cluster',
  compose: 'redis-cluster',
  environment: `SESSIONS_TEST_REDIS_CLUSTER_URLS=${[63800, 63801, 63802, 63803, 63804, 63805].map((port) => `redis://127.0.0.1:${port}`).join(',')}`,
}

export const redisSentinel: Software = {
  ...redis,
  name: 'Redis Sentinel',
  compose: 'redis-sentinel',
  environment: `SESSIONS_TEST_REDIS_SENTINEL_URLS=${[63813, 63814, 63815].map((port) => `redis://127.0.0.1:${port}`).join(',')}`,
}

/** What pictures of pages are drawn with, and what else are boxes in them. */
export const fonts: Software = {
  name: 'fonts',
  files: ['DejaVuSans.ttf', 'DejaVuSansMono.ttf', 'NotoColorEmoji.ttf', 'NotoSansCJK-Regular.ttc'],
  folders: ['/usr/share/fonts/truetype/dejavu', '/usr/share/fonts/truetype/noto', '/usr/share/fonts/opentype/noto'],
  apt: ['fonts-dejavu-core', 'fonts-noto-color-emoji', 'fonts-noto-cjk'],
}

export const chromium: Software = {
  name: 'Chromium',
  files: ['chromium'],
  folders: ['/usr/bin', '/opt/homebrew/bin', '/usr/local/bin'],
  apt: ['chromium', ...fonts.apt],
  environment: 'SESSIONS_TEST_CHROMIUM=/path/of/chromium',
}

/** Says which system calls a program makes: Linux only. */
export const strace: Software = { name: 'strace', files: ['strace'], folders: ['/usr/bin'], apt: ['strace'] }

export const mysql: UnpackedSoftware = {
  name: 'MySQL',
  package: 'mysql-server-core',
  program: 'usr/sbin/mysqld',
  compose: 'mysql',
  environment: 'SESSIONS_TEST_MYSQL_URL=mysql://root@127.0.0.1:33064/mysql',
}

export const valkey: UnpackedSoftware = {
  name: 'Valkey',
  package: 'valkey-server',
  program: 'usr/bin/valkey-server',
  compose: 'valkey',
  environment: 'SESSIONS_TEST_VALKEY_URL=redis://127.0.0.1:63791',
}

/** What the ordinary calls cost in round trips, statements, syncs and bytes, beside the committed numbers: `pnpm counts`. */
import { missingServers, withoutVariable } from '@sessions/test-servers'
import { commandLine } from '../../../../scripts/command-line.ts'
import type { Backend, Costs } from './backend.ts'
import { readCommitted, writeCommitted } from './committed.ts'
import { type AllCosts, compare } from './comparison.ts'
import { mariadb, mysql } from './mysql.ts'
import { postgres } from './postgres.ts'
import { redis, redisCluster } from './redis.ts'
import { encrypted, sqlite } from './sqlite.ts'
import { list, tables } from './table.ts'

const backends: Readonly<Record<string, Backend>> = {
  SQLite: sqlite,
  'SQLite, encrypted': encrypted,
  Postgres: postgres,
  MariaDB: mariadb,
  MySQL: mysql,
  Redis: redis,
  'Redis Cluster': redisCluster,
}
const names = Object.keys(backends)

const { values, positionals, refuse } = commandLine(
  `pnpm counts [<backend> …] [--update] [--check]

Counts what the ordinary calls cost: round trips, statements, transactions, syncs, bytes. Prints the numbers, and which of them differ from
the committed ones in packages/bench/counts.json; ends with 1 where one does. On all backends, or some: ${names.join('; ')}.
--update writes the numbers there. --check prints only those that differ.`,
  { update: { type: 'boolean' }, check: { type: 'boolean' } },
  names.length,
)
const unknown = positionals.find((name) => !names.includes(name))
if (unknown !== undefined) refuse(`There is no backend ${JSON.stringify(unknown)}.`)

const missing = await missingServers()
process.env[withoutVariable] = missing.map(({ name }) => name).join()
const now: Record<string, Costs> = {}
const chosen = positionals.length > 0 ? positionals : names
const started = await Promise.all(chosen.map(async (name) => [name, await backends[name]?.()] as const))
// One after the other: what takes its time is to start them.
for (const [name, count] of started) {
  const costs = await count?.()
  if (costs !== undefined) now[name] = costs
  if (costs?.missing !== undefined) console.log(`${name}: ${costs.missing}`)
}
for (const { name, reason } of missing) console.log(`Without ${name}: ${reason}`)

const committed: AllCosts = readCommitted()
const changes = compare(committed, now)
if (!values.check) console.log(`\n${tables(now, changes)}`)
if (values.update) {
  // What could not be counted here stays as it is.
  const whole = Object.entries(now).filter(([, { missing }]) => missing === undefined)
  const all: AllCosts = { ...committed, ...Object.fromEntries(whole) }
  writeCommitted(Object.fromEntries(names.flatMap((name) => (all[name] ? [[name, all[name]]] : []))))
  console.log(`\nWritten: ${changes.length} of the numbers are others.`)
} else if (changes.length > 0) {
  console.log(`\nNot what is committed:\n${list(changes)}\nWhere that is what you want: pnpm counts --update`)
} else {
  console.log('\nEvery call costs what is committed.')
}
process.exit(changes.length === 0 || values.update ? 0 : 1)

import { randomUUID } from 'node:crypto'
import { defineCommand } from '../command/command.ts'
import { type Check, check, type Doctor, type Grade } from '../doctor/check.ts'
import { styled } from '../output/styled.ts'
import { printTable } from '../output/table.ts'
import type { OpenStore } from '../stores/open-store.ts'
import { hasTables, schemaState } from '../stores/schema.ts'
import type { StoreValues } from '../stores/store-options.ts'
import type { StoreKind } from '../stores/store-url.ts'

const colours: Readonly<Record<Grade, 'green' | 'yellow' | 'red'>> = { ok: 'green', look: 'yellow', bad: 'red' }

export const doctor = defineCommand({
  about:
    'Whether it is reachable, has its tables, who may read it, and whether what is acknowledged is kept. --write also writes and removes a session of its own. Exits with 1 where something is bad, not where it is only worth a look.',
  options: { write: { flags: '--write', about: 'also try what an application does' } },
  store: 'read',
  json: "{ name: string, grade: 'ok' | 'look' | 'bad', found: string, advice?: string }",
  examples: [['sessions doctor -s env:DATABASE_URL --write', 'before it goes into production']],
  async run({ values, out, open }) {
    const opened = await open({ writes: values.write })
    const checks = [...(await reachable(opened, values as unknown as StoreValues)), ...(await settings(opened))]
    if (values.write) checks.push(await writes(opened))
    if (out.json) for (const one of checks) await out.value(one)
    else {
      const rows = checks.map(({ name, grade, found, advice = '' }) => [
        name,
        styled(colours[grade], grade),
        found,
        advice,
      ])
      await printTable(out, ['what', '', 'found', 'what to do'], rows)
    }
    return checks.some(({ grade }) => grade === 'bad') ? 'found' : 'done'
  },
})

/** Where nothing answers there is nothing to look at: that is no finding but an end. */
async function reachable(opened: OpenStore, values: StoreValues): Promise<Check[]> {
  const begin = performance.now()
  if (!hasTables(opened.kind)) await opened.bare.ping()
  else if ((await schemaState(opened, values)) === 'behind') {
    return [check('tables', false, 'missing, or older than this version', 'sessions schema --apply', 'bad')]
  }
  return [check('answer', true, `${Math.round(performance.now() - begin)} ms`, '')]
}

async function settings(opened: OpenStore): Promise<Check[]> {
  const doctors: Readonly<Record<StoreKind, () => Promise<Doctor | undefined>>> = {
    sqlite: async () => (await import('../doctor/sqlite.ts')).sqliteDoctor,
    postgres: async () => (await import('../doctor/postgres.ts')).postgresDoctor,
    mysql: async () => (await import('../doctor/mysql.ts')).mysqlDoctor,
    mariadb: async () => (await import('../doctor/mysql.ts')).mysqlDoctor,
    redis: async () => (await import('../doctor/redis.ts')).redisDoctor,
    'redis-cluster': async () => (await import('../doctor/redis.ts')).redisDoctor,
    module: async () => undefined,
  }
  const examine = await doctors[opened.kind]()
  return examine === undefined ? [] : await examine(opened)
}

async function writes({ store }: OpenStore): Promise<Check> {
  const session = store.session(`sessions-doctor-${randomUUID()}`)
  try {
    await session.addItems([{ role: 'user', content: 'sessions doctor' }])
    const [item] = await session.getItems()
    await session.delete()
    return check('writing', item !== undefined, 'written, read and removed', 'What was written cannot be read.', 'bad')
  } catch (error) {
    // What is told is what failed first.
    await session.delete().catch(() => undefined)
    const { message } = error as Error
    return { name: 'writing', grade: 'bad', found: message, advice: 'Grant what the README of the adapter lists.' }
  }
}

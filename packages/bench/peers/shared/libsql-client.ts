import type { Store } from '../../src/peers/contender.ts'
import { safeWhen } from '../../src/peers/pragmas.ts'

interface LibSQLClient {
  execute(statement: string): Promise<{ rows: object[] }>
}

/** The settings of peers on libSQL are WAL and NORMAL: they wait for the disk as all others do, and say so. */
export async function asSafeAsOthers(client: LibSQLClient): Promise<Pick<Store, 'settings'>> {
  await client.execute('PRAGMA synchronous = FULL')
  return {
    settings: () => safeWhen(async (name) => Object.values((await client.execute(`PRAGMA ${name}`)).rows[0] ?? {})[0]),
  }
}

import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { snippetsOf } from '../snippets.ts'
import { all, oldestPeer } from './matrix.ts'
import type { Server } from './servers.ts'
import { root, type Stranger } from './stranger.ts'

/** The first example of a package's README: what to install for it, and which server it reaches. */
export interface QuickStart {
  name: string
  install: string[]
  server?: Server
}

/** One for each package; in the whole matrix, one for each driver. */
export const quickStarts: readonly QuickStart[] = [
  { name: 'core', install: ['@sessions/core'] },
  // Its example encrypts what is in SQLite.
  { name: 'encrypted', install: ['@sessions/encrypted', '@sessions/sqlite'] },
  { name: 'redis', install: ['@sessions/redis'], server: 'redis' },
  { name: 'sql', install: ['@sessions/sql', 'pg'], server: 'postgres' },
  ...(all ? drivers() : []),
  { name: 'sqlite', install: ['@sessions/sqlite'] },
]

/** The other drivers, and the oldest that we say we work with. */
function drivers(): QuickStart[] {
  const servers = { pg: 'postgres', mariadb: 'mariadb', mysql2: 'mysql' } as const
  return Object.entries(servers).flatMap(([driver, server]) => {
    const oldest = `${driver}@${oldestPeer('packages/sql', driver)}`
    return (driver === 'pg' ? [oldest] : [driver, oldest]).map((spec) => {
      return { name: 'sql', install: ['@sessions/sql', spec], server }
    })
  })
}

/** What a project needs that has all of them, each driver once. */
export const everything: readonly string[] = [
  ...new Set(quickStarts.flatMap(({ install }) => install.filter((spec) => !/.@/.test(spec)))),
]

/** How the example is run, for a stranger who has nothing stored yet. */
export async function runQuickStart(
  stranger: Stranger,
  { name, server }: QuickStart,
  newDatabase: (server: Server) => Promise<string>,
  run: (file: string, env: NodeJS.ProcessEnv) => Promise<string>,
): Promise<string> {
  for (const file of globSync('conversations.db*', { cwd: stranger.home })) rmSync(join(stranger.home, file))
  const url = server === undefined ? '' : await newDatabase(server)
  const [example = ''] = snippetsOf(`packages/${name}/README.md`)
  stranger.write(`${name}.mjs`, example.replaceAll('redis://localhost:6379', url))
  return run(`${name}.mjs`, server === 'redis' ? {} : { DATABASE_URL: url })
}

/** What each of the examples prints. */
export const hello = "[ { role: 'user', content: 'Hello' } ]\n"

/** What a README tells to install, in its first such line. */
export function readmeInstall(file: string): string[] {
  const readme = readFileSync(join(root, file), 'utf8')
  const [, words = ''] = /^npm install ([^#\n]*)/m.exec(readme) ?? []
  return words.trim().split(' ')
}

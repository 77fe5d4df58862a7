import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { snippetsOf } from '../snippets.ts'
import type { Databases } from './servers.ts'
import { root, type Stranger } from './stranger.ts'

const hello = /^\[ \{ role: 'user', content: 'Hello' \} \]\n$/

/** The first example of each package's README: what to install for it, and what it prints. */
export const quickStarts: Readonly<Record<string, { install: string[]; prints: RegExp }>> = {
  core: { install: ['@sessions/core'], prints: hello },
  // Its example encrypts what is in SQLite.
  encrypted: { install: ['@sessions/encrypted', '@sessions/sqlite'], prints: hello },
  redis: { install: ['@sessions/redis'], prints: hello },
  sql: { install: ['@sessions/sql', 'pg'], prints: hello },
  sqlite: { install: ['@sessions/sqlite'], prints: hello },
}

/** Writes the example for a stranger who has nothing stored yet. Gives the name of its file. */
export function writeQuickStart(stranger: Stranger, name: string, { REDIS_URL }: Databases): string {
  for (const file of globSync('conversations.db*', { cwd: stranger.home })) rmSync(join(stranger.home, file))
  const [example = ''] = snippetsOf(`packages/${name}/README.md`)
  const file = `${name}.mjs`
  stranger.write(file, example.replaceAll('redis://localhost:6379', REDIS_URL))
  return file
}

/** What a package's README tells to install. */
export function readmeInstall(name: string): string[] {
  const readme = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8')
  const [, words = ''] = /^npm install ([^#\n]*)/m.exec(readme) ?? []
  return words.trim().split(' ')
}

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentedPackages, shortName } from '../workspace.ts'

/** Public methods of `Session` and `SessionStore`: an adapter that overrides one skips validation and lifecycle. */
const publicMethods = [
  'getItems',
  'addItems',
  'popItem',
  'clearSession',
  'close',
  'listSessions',
  'getSessionInfo',
  'deleteSession',
  'deleteSessions',
]

/** Who knows one adapter knows all: the same file names, and nothing overridden that core guards. */
export function adapters(): string[] {
  return documentedPackages().flatMap((found) => {
    const [name, { folder }] = [shortName(found), found]
    if (name === 'core') return []
    const sources = ['index', 'options', 'errors', `${name}-store`, `${name}-session`].map((file) => `src/${file}.ts`)
    const missing = [...sources, 'test/open.ts'].filter((file) => !existsSync(join(folder, file)))
    const certified = globSync(`${folder}/test/conformance*.test.ts`).length > 0
    return [
      ...missing.map((file) => `${folder}: has no ${file}, as every adapter does`),
      ...(certified ? [] : [`${folder}: no test/conformance.test.ts runs the kit`]),
      ...globSync(`${folder}/src/**/*.ts`).flatMap(overridden),
    ]
  })
}

function overridden(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  if (!/\bclass [^{]* extends \w*(Session|Store)\b/.test(text)) return []
  const found = publicMethods.filter((name) => new RegExp(`^ {2}(override )?(async )?\\*?${name}\\(`, 'm').test(text))
  return found.map((name) => `${file}: overrides ${name}()`)
}

import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { leftOut, type PostgresServer, type RedisServer, startPostgres, startRedis } from '@sessions/test-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { docstringExamples, offlineModel, snippetsOf } from './snippets.ts'

/** What each snippet prints, in the order of the document. A document without an entry here fails below. */
const documents: Readonly<Record<string, readonly RegExp[]>> = {
  'README.md': [/^You are Ada\.\n$/, /^$/, /^(user_123 \S+\n)(undefined\n|message\n)*$/, /^2 true 4 2 2\n$/, /^$/],
  'docs/writing-an-adapter.md': [
    /^MapStore: \d+ passed, 0 failed, \d+ skipped\n/,
    /^RemoteSession: \d+ passed, 0 failed, \d+ skipped\n/,
  ],
  'docs/conformance.md': [
    /^my store: \d+ passed, 0 failed, \d+ skipped\n {2}skip [\w/, -]*time\/clock-backwards, ttl\//,
  ],
  'docs/from-python.md': [/^$/, /^$/],
  'docs/scaling.md': [/ PARTITION BY HASH \(session_id\)/],
  'docs/choosing-an-adapter.md': [/^1 0 2\n$/],
  'packages/core/README.md': [
    /^\[ \{ role: 'user', content: 'Hello' \} \]\n$/,
    /^my store: \d+ passed, 0 failed, \d+ skipped\n/,
    /^addItems 1 ok\ngetItems 1 ok\n$/,
  ],
  'packages/encrypted/README.md': [
    /^\[ \{ role: 'user', content: 'Hello' \} \]\n$/,
    /^1 items of 1 sessions are under the new key now\n$/,
  ],
  'packages/redis/README.md': [
    /^\[ \{ role: 'user', content: 'Hello' \} \]\n$/,
    /^user_123 2\n$/,
    /^\[ \{ role: 'user', content: 'Hello' \} \]\n$/,
    /^user_7:trip\n(\S+\n)*user_7:trip\n$/,
  ],
  'packages/sql/README.md': [
    /^\[ \{ role: 'user', content: 'Hello' \} \]\n$/,
    /^user_456\n$/,
    /^\[ \{ role: 'user', content: 'I take it.' \} \]\n$/,
  ],
  'packages/sqlite/README.md': [
    /^\[ \{ role: 'user', content: 'Hello' \} \]\n$/,
    /^(\{\n {2}sessionId: 'user_123',[^}]* itemCount: [12]\n\}\n){2}$/,
    /^\[ \{ role: 'user', content: 'I take it.' \} \]\n$/,
    /^0 0\n$/,
  ],
}

/** A program that runs the kit with child processes takes minutes; the adapter that it has is certified whole by its own tests. */
function withoutLongCases(program: string): string {
  const except = JSON.stringify(leftOut('server'))
  return program.replace(/(?<=worker: .*\n {2}\})(?=\)\n)/, `, { except: ${except} }`)
}

const project = fileURLToPath(new URL('..', import.meta.url))
let folder = ''
let postgres: PostgresServer
let redis: RedisServer
let environment: NodeJS.ProcessEnv
beforeAll(async () => {
  postgres = await startPostgres()
  redis = await startRedis({ own: true })
  environment = { ...process.env, DATABASE_URL: await postgres.createDatabase() }
  mkdirSync(join(project, '.snippets'), { recursive: true })
  // Inside the package, so that imports resolve as they do for a user who installed these packages.
  folder = mkdtempSync(join(project, '.snippets/run-'))
  writeFileSync(join(folder, 'offline-model.ts'), offlineModel)
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await postgres.stop()
  await redis.stop()
})

describe.each(Object.entries(documents))('%s', (document, expected) => {
  it('has the snippets that are tested here', () => {
    expect(snippetsOf(document)).toHaveLength(expected.length)
  })

  it.each(expected.map((output, index) => [index + 1, output] as const))(
    'prints what it says in snippet %i',
    (number, output) => {
      const home = join(folder, document.replaceAll('/', '-'))
      mkdirSync(home, { recursive: true })
      const program = join(home, `snippet-${number}.ts`)
      const code = withoutLongCases(snippetsOf(document)[number - 1] ?? '')
      writeFileSync(program, code.replaceAll('redis://localhost:6379', redis.url))
      const parameters = ['--import', join(folder, 'offline-model.ts'), program]
      // Snippets of one document share a folder, as the files of one user would.
      const options = { cwd: home, env: environment, encoding: 'utf8' } as const
      const { status, stdout, stderr } = spawnSync(process.execPath, parameters, options)
      expect(status, `${stdout}${stderr}`).toBe(0)
      expect(stdout).toMatch(output)
    },
  )
})

it('has an example that runs in the docstring of each class that users make', () => {
  const home = mkdtempSync(join(folder, 'docstrings-'))
  const examples = docstringExamples()
  const classes = ['Memory', 'Encrypted', 'Redis', 'SQL', 'SQLite'].flatMap((name) => [
    `${name}Session`,
    `${name}Store`,
  ])
  expect([...examples.keys()].toSorted()).toEqual(classes.toSorted())
  for (const [name, code] of examples) {
    const urls = { 'redis://localhost:6379': redis.url, 'postgres://localhost/app': environment.DATABASE_URL ?? '' }
    const program = Object.entries(urls).reduce((text, [printed, url]) => text.replaceAll(printed, url), code)
    writeFileSync(join(home, `${name}.ts`), `${program}\nconsole.log('${name}')\n`)
  }
  writeFileSync(join(home, 'all.ts'), [...examples.keys()].map((name) => `await import('./${name}.ts')`).join('\n'))
  const options = { cwd: home, encoding: 'utf8' } as const
  const printed = execFileSync(process.execPath, ['all.ts'], options).split('\n')
  expect(printed).toEqual(expect.arrayContaining([...examples.keys()]))
})

it('has snippets that type-check', () => {
  const home = mkdtempSync(join(folder, 'types-'))
  for (const [name, code] of docstringExamples()) {
    // An editor shows them; nothing else need use what they make.
    writeFileSync(join(home, `${name}.ts`), code.replaceAll(/^const /gm, 'export const '))
  }
  for (const document of Object.keys(documents)) {
    for (const [index, code] of snippetsOf(document).entries()) {
      writeFileSync(join(home, `${document.replaceAll('/', '-')}-${index}.ts`), code)
    }
  }
  cpSync(fileURLToPath(new URL('../../../tsconfig.base.json', import.meta.url)), join(home, 'base.json'))
  writeFileSync(
    join(home, 'tsconfig.json'),
    JSON.stringify({
      extends: './base.json',
      compilerOptions: {
        noEmit: true,
        declaration: false,
        isolatedDeclarations: false,
        allowImportingTsExtensions: true,
      },
    }),
  )
  const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', home], { encoding: 'utf8' })
  expect([stdout, status]).toEqual(['', 0])
})

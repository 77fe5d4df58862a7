import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pack } from '../../../scripts/pack.ts'
import { offlineModel, snippetsOf } from './snippets.ts'

/** Milliseconds for one command, so that a registry which does not answer fails the test instead of holding it up. */
const commandTimeout = 170_000

const packages = ['core', 'encrypted', 'sql', 'sqlite']

/** A stranger's project: an empty folder, plain npm, and the tarballs that would be published. */
const root = fileURLToPath(new URL('../../../', import.meta.url))
let home = ''

function run(command: string, ...parameters: string[]): string {
  return execFileSync(command, parameters, {
    cwd: home,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: commandTimeout,
  })
}

function npmInstall(...specs: string[]): void {
  run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', ...specs)
}

/** Versions that the repository is tested with. */
function versionOf(name: string, folder = root): string {
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'sessions-stranger-'))
  const tarballs = packages.map((name) => pack(join(root, 'packages', name), home))
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }))
  npmInstall(...tarballs)
}, 120_000)
afterAll(() => rmSync(home, { recursive: true, force: true }))

it('brings what the adapters need, and nothing of the SDK', () => {
  const installed = readdirSync(join(home, 'node_modules'))
  expect(installed).toContain('better-sqlite3')
  expect(installed).not.toContain('@openai')
  expect(installed).not.toContain('vitest')
  for (const driver of ['pg', 'mariadb', 'mysql2', 'sqlite3']) expect(installed).not.toContain(driver)
  expect(readdirSync(join(home, 'node_modules/@sessions'))).toEqual(packages)
})

it.each(packages)('ships built code, types, README and licence of %s, and no source or test', (name) => {
  const folder = join(home, 'node_modules/@sessions', name)
  expect(readdirSync(folder).toSorted()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
  const files = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })
  const odd = files.filter((file) => /\.test\.|\.map$|(?<!\.d)\.ts$/.test(file))
  expect(odd).toEqual([])
})

it.each(['core', 'encrypted'])(
  'imports no Node built-in from the main entry of %s, nor from what that imports',
  (name) => {
    const seen = new Map<string, string[]>()
    const visit = (file: string): void => {
      if (seen.has(file)) return
      const specifiers = [
        ...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^'"`;:=(]*['"]([^'"]+)['"]/gm),
      ].map(([, specifier = '']) => specifier)
      seen.set(file, specifiers)
      expect(readFileSync(file, 'utf8'), `${file} imports at run time`).not.toMatch(/^[^*/]*\b(import|require)\(/m)
      for (const specifier of specifiers) {
        expect(isBuiltin(specifier), `${file} imports ${specifier}`).toBe(false)
        visit(createRequire(file).resolve(specifier))
      }
    }
    visit(join(home, 'node_modules/@sessions', name, 'dist/index.js'))
    expect(seen.size).toBeGreaterThan(name === 'core' ? 15 : 40)
  },
)

it('encrypts in a runtime that has neither process nor Buffer', () => {
  const program = `
    const { log } = console
    for (const name of ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate']) delete globalThis[name]
    const { MemoryStore } = await import('@sessions/core')
    const { EncryptedSession, EncryptedStore } = await import('@sessions/encrypted')
    const store = new MemoryStore()
    for (const encryptionKey of ['correct horse battery staple', crypto.getRandomValues(new Uint8Array(32))]) {
      const session = new EncryptedSession({ underlyingSession: store.session('a'), encryptionKey, ttl: 60 })
      await session.addItems([{ role: 'user', content: 'Hello' }, { role: 'user', content: 'x'.repeat(50000) }])
      log((await session.getItems()).length, (await session.popItem()).content.length)
      await session.clearSession()
    }
    const python = new EncryptedStore({ store, encryptionKey: 'secret', format: 'python' })
    await python.session('b').addItems([{ role: 'user', content: 'Hello' }])
    log((await python.session('b').getItems())[0].content)`
  writeFileSync(join(home, 'bare.mjs'), program)
  expect(run(process.execPath, 'bare.mjs')).toBe('2 50000\n2 50000\nHello\n')
})

it('runs the kit against the packed adapter, real child processes included', { timeout: 180_000 }, () => {
  const harness = `
    import { rmSync } from 'node:fs'
    import { formatReport, runConformance } from '@sessions/core/conformance'
    import { SQLiteStore } from '@sessions/sqlite'
    const path = 'kit.db'
    export const open = () => new SQLiteStore({ path })
    if (process.argv[1] === import.meta.filename) {
      const report = await runConformance({
        name: 'packed',
        open: async () => open(),
        reset: async () => ['', '-wal', '-shm'].forEach((suffix) => rmSync(path + suffix, { force: true })),
        capabilities: { durable: true, multiProcess: true, ttl: false, list: true, transactions: true },
        worker: { module: import.meta.url, export: 'open' },
      })
      console.log(formatReport(report))
      process.exitCode = report.ok ? 0 : 1
    }`
  writeFileSync(join(home, 'harness.mjs'), harness)
  const verdict = run(process.execPath, 'harness.mjs')
  expect(verdict).toMatch(
    /^packed: \d+ passed, 0 failed, \d+ skipped\n(.*\n)* {2}skip model\/.*: fast-check is not installed/,
  )
})

it('names the driver that a dialect needs and that is not installed', () => {
  const program = `
    import { SQLSession } from '@sessions/sql'
    for (const scheme of ['postgresql', 'mysql', 'mariadb', 'sqlite']) {
      const session = new SQLSession({ sessionId: 'a', url: scheme + '://user:secret@localhost/app' })
      await session.getItems().catch(({ code, message }) => console.log(code, message))
    }`
  writeFileSync(join(home, 'driver.mjs'), program)
  const needs = (dialect: string, name: string): string =>
    `SESSION_BACKEND The driver of ${dialect} is missing: npm install ${name}\n`
  expect(run(process.execPath, 'driver.mjs')).toBe(
    needs('postgres', 'pg') + needs('mysql', 'mysql2') + needs('mariadb', 'mariadb') + needs('sqlite', 'sqlite3'),
  )
})

it('type-checks without the SDK, library files included', { timeout: 60_000 }, () => {
  npmInstall(`typescript@${versionOf('typescript')}`)
  mkdirSync(join(home, 'src'), { recursive: true })
  const source = `
    import { MemorySession, Session, SessionError, type AgentInputItem } from '@sessions/core'
    import { keepLastItems } from '@sessions/core/history'
    import { FaultyStore, ManualClock } from '@sessions/core/testing'
    import { EncryptedSession, EncryptedStore } from '@sessions/encrypted'
    import { SQLSession, SQLStore } from '@sessions/sql'
    import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
    const sessions: Session[] = [
      new MemorySession({ sessionId: 'a' }),
      new SQLiteSession({ sessionId: 'b' }),
      new SQLSession({ sessionId: 'c', url: 'postgres://localhost/app' }),
      new EncryptedSession({ underlyingSession: new SQLiteSession({ sessionId: 'd' }), encryptionKey: new Uint8Array(32).map((_, n) => n) }),
    ]
    const anything: AgentInputItem = { not: 'checked' }
    await sessions[0]?.addItems([anything])
    export const all = [new FaultyStore(new SQLiteStore({ clock: new ManualClock() })), keepLastItems(3), SessionError]
    export const text: string = SQLStore.schemaSQL('mariadb')
    // @ts-expect-error an unknown option
    new SQLiteSession({ sessionId: 'c', file: 'x' })
  `
  writeFileSync(join(home, 'src/consumer.ts'), source)
  const options = {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023'],
    strict: true,
    noEmit: true,
  }
  writeFileSync(
    join(home, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...options, types: [], skipLibCheck: false } }),
  )
  expect(run('npx', 'tsc', '-p', '.')).toBe('')
})

it('runs the README’s example, which still remembers in another process', { timeout: 120_000 }, () => {
  const integration = join(root, 'packages/integration')
  npmInstall(`@openai/agents@${versionOf('@openai/agents', integration)}`, `zod@${versionOf('zod', integration)}`)
  const [example = ''] = snippetsOf('README.md')
  writeFileSync(join(home, 'example.mjs'), example)
  writeFileSync(join(home, 'again.mjs'), example.replace("await run(agent, 'My name is Ada.', { session })\n", ''))
  writeFileSync(join(home, 'offline-model.mjs'), offlineModel)
  expect(run(process.execPath, '--import', './offline-model.mjs', 'again.mjs')).toBe('I do not know.\n')
  expect(run(process.execPath, '--import', './offline-model.mjs', 'example.mjs')).toBe('You are Ada.\n')
  expect(run(process.execPath, '--import', './offline-model.mjs', 'again.mjs')).toBe('You are Ada.\n')
})

it('type-checks with the SDK, to whose Session each of our classes is assignable', { timeout: 60_000 }, () => {
  const source = `
    import { type Session } from '@openai/agents'
    import { MemorySession } from '@sessions/core'
    import { MemorySession as SDKMemorySession } from '@openai/agents'
    import { EncryptedSession } from '@sessions/encrypted'
    import { SQLSession } from '@sessions/sql'
    import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
    const encryptionKey = 'correct horse battery staple'
    export const sessions: Session[] = [
      new EncryptedSession({ underlyingSession: new SDKMemorySession(), encryptionKey }),
      new EncryptedSession({ underlyingSession: new SQLiteSession({ sessionId: 'd' }), encryptionKey }),
      new MemorySession({ sessionId: 'a' }), new SQLiteSession({ sessionId: 'b' }), new SQLiteStore().session('c'),
      new SQLSession({ sessionId: 'd', url: 'postgres://localhost/app' }),
    ]
    // @ts-expect-error the SDK's item type is checked now
    await sessions[0]?.addItems([{ not: 'an item' }])
  `
  writeFileSync(join(home, 'src/consumer.ts'), source)
  const tsconfig = JSON.parse(readFileSync(join(home, 'tsconfig.json'), 'utf8'))
  npmInstall(`@types/node@${versionOf('@types/node')}`)
  Object.assign(tsconfig.compilerOptions, { skipLibCheck: true, types: ['node'] })
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify(tsconfig))
  expect(run('npx', 'tsc', '-p', '.')).toBe('')
})

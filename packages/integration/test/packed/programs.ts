/** Core and encryption with nothing of Node: keys of both kinds, both sizes of item, and Python's format. */
export const webProgram: string = `
  import { MemoryStore } from '@sessions/core'
  import { EncryptedSession, EncryptedStore } from '@sessions/encrypted'
  const { log } = console
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

export const webProgramPrints = '2 50000\n2 50000\nHello\n'

/** The same, where what Node has is taken away before. */
export const bareProgram = `
  for (const name of ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate']) delete globalThis[name]
  await import('./web.mjs')`

/** The kit on a packed adapter. */
export const kitHarness = `
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
    }, { except: ['scale/'] })
    console.log(formatReport(report))
    process.exitCode = report.ok ? 0 : 1
  }`

/** Every dialect without its driver. */
export const driverProgram = `
  import { SQLSession } from '@sessions/sql'
  for (const scheme of ['postgresql', 'mysql', 'mariadb', 'sqlite']) {
    const session = new SQLSession({ sessionId: 'a', url: scheme + '://user:secret@localhost/app' })
    await session.getItems().catch(({ code, message }) => console.log(code, message))
  }`

/** Says what importing each entry has changed for the program that imports it. */
export const importerProgram = `
  import process from 'node:process'
  const look = () => JSON.stringify([
    Object.getOwnPropertyNames(globalThis),
    process.eventNames(),
    process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap'),
  ])
  const before = look()
  for (const entry of process.argv.slice(2)) await import(entry)
  console.log(look() === before ? 'nothing' : before + ' became ' + look())`

/** Says of each package whether a program that imports it and requires it has one of each class. */
export const oneOfEachProgram = `
  import { createRequire } from 'node:module'
  const require = createRequire(import.meta.url)
  for (const name of ['core', 'encrypted', 'redis', 'sql', 'sqlite']) {
    const imported = await import('@sessions/' + name)
    const required = require('@sessions/' + name)
    const same = Object.keys(imported).every((key) => imported[key] === required[key])
    console.log(name, same ? 'once' : 'twice')
  }`

export const oneOfEachPrints = 'core once\nencrypted once\nredis once\nsql once\nsqlite once\n'

/**
 * Has each package twice in one process, as ES modules and as a tool gets it that knows `require` alone, such as jest: a session of either
 * works around a store of the other, and knows its errors.
 */
export const bothBuildsProgram = `
  import { createRequire, registerHooks } from 'node:module'
  const names = ['core', 'encrypted', 'redis', 'sql', 'sqlite']
  const modules = await Promise.all(names.map((name) => import('@sessions/' + name)))
  registerHooks({
    resolve: (name, context, next) => next(name, { ...context, conditions: ['node', 'require', 'default'] }),
  })
  const require = createRequire(import.meta.url)
  const builds = [modules, names.map((name) => require('@sessions/' + name))].map((build) => Object.assign({}, ...build))
  const [imported, required] = builds
  const twice = Object.keys(imported).filter((key) => /Session|Store$/.test(key) && imported[key] !== required[key])
  console.log(Object.keys(imported).join() === Object.keys(required).join(), twice.length > 10)

  const encryptionKey = 'correct horse battery staple'
  const wrong = { role: 'user', content: 1n }
  for (const [one, other] of [builds, builds.toReversed()]) {
    const store = new one.EncryptedStore({ store: new other.SQLiteStore({ path: 'both.db' }), encryptionKey })
    const inner = new other.MemorySession()
    for (const session of [store.session('a'), new one.EncryptedSession({ underlyingSession: inner, encryptionKey })]) {
      await session.addItems([{ role: 'user', content: 'Hello' }])
      const error = await session.addItems([wrong]).catch((error) => error)
      console.log(await session.popItem(), error.code, error instanceof other.SessionError)
    }
    const failed = await inner.addItems([wrong]).catch((error) => error)
    console.log(failed instanceof one.SessionError)
    await store.close()
  }`

const bothBuildsOf = "{ role: 'user', content: 'Hello' } SESSION_ITEM_INVALID true\n"
export const bothBuildsPrint: string = `true true\n${`${bothBuildsOf.repeat(2)}true\n`.repeat(2)}`

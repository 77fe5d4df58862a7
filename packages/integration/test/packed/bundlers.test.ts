import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all } from './matrix.ts'
import { everything } from './quick-starts.ts'
import { useServers } from './servers.ts'
import { Stranger } from './stranger.ts'

const newDatabase = await useServers()
const project = new Stranger()
/** Where nothing is installed: what runs here has all in it. */
const elsewhere = new Stranger()
afterAll(() => {
  project[Symbol.dispose]()
  elsewhere[Symbol.dispose]()
})

/** All that can be in a bundle. better-sqlite3 is machine code, which no bundler takes along. */
const program = `
  import { MemoryStore, SessionError } from '@sessions/core'
  import { EncryptedStore } from '@sessions/encrypted'
  import { RedisStore } from '@sessions/redis'
  import { SQLStore } from '@sessions/sql'
  import required from './required.cjs'

  async function main() {
    console.log(SessionError === required.SessionError && MemoryStore === required.MemoryStore)
    const stores = {
      encrypted: new EncryptedStore({ store: new MemoryStore(), encryptionKey: 'correct horse battery staple' }),
      redis: new RedisStore({ url: process.env.REDIS_URL }),
      sql: new SQLStore({ url: process.env.DATABASE_URL, createTables: true }),
      'not installed': new SQLStore({ url: 'sqlite://localhost/app' }),
    }
    for (const [name, store] of Object.entries(stores)) {
      const session = store.session('a')
      await session.addItems([{ role: 'user', content: 'Hello' }]).then(
        async () => console.log(name, await session.getItems()),
        (error) => console.log(name, error instanceof SessionError, error.message),
      )
      await store.close()
    }
  }
  main()`

const prints = `true
encrypted [ { role: 'user', content: 'Hello' } ]
redis [ { role: 'user', content: 'Hello' } ]
sql [ { role: 'user', content: 'Hello' } ]
not installed true The driver of sqlite is missing: npm install sqlite3
`

const rollupConfig = `
  import commonjs from '@rollup/plugin-commonjs'
  import json from '@rollup/plugin-json'
  import resolve from '@rollup/plugin-node-resolve'
  export default {
    input: 'app.mjs',
    output: { dir: '${elsewhere.home}', entryFileNames: 'rollup.mjs', chunkFileNames: '[name].mjs' },
    plugins: [resolve({ preferBuiltins: true }), commonjs(), json()],
  }`
const webpackConfig = `
  export default {
    entry: './app.mjs',
    mode: 'production',
    optimization: { minimize: false },
    target: 'node',
    output: { path: '${elsewhere.home}', filename: 'webpack.cjs' },
  }`
const esbuild = ['esbuild', 'app.mjs', '--bundle', '--platform=node']
const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/** What is installed, what is called, and what that writes. */
const bundlers = [
  {
    title: 'esbuild, as ES modules, with the banner that any driver in CommonJS needs',
    install: ['esbuild@0.28.2'],
    command: [...esbuild, '--format=esm', `--banner:js=${banner}`],
    output: 'esbuild.mjs',
  },
  { title: 'esbuild, as CommonJS', install: ['esbuild@0.28.2'], command: esbuild, output: 'esbuild.cjs' },
  {
    title: 'rollup',
    install: ['rollup@4', '@rollup/plugin-commonjs@29', '@rollup/plugin-json@6', '@rollup/plugin-node-resolve@16'],
    command: ['rollup', '-c', 'rollup.config.mjs'],
    output: 'rollup.mjs',
  },
  {
    title: 'webpack',
    install: ['webpack@5', 'webpack-cli@7'],
    command: ['webpack', '-c', 'webpack.config.mjs'],
    output: 'webpack.cjs',
  },
]
const tried = all ? bundlers : bundlers.slice(0, 1)

beforeAll(async () => {
  await project.npmInstall(...everything, ...new Set(tried.flatMap(({ install }) => install)))
  project.write('app.mjs', program)
  project.write('required.cjs', "module.exports = require('@sessions/core')")
  project.write('rollup.config.mjs', rollupConfig)
  project.write('webpack.config.mjs', webpackConfig)
})

describe.each(tried)('$title', ({ command: [bin, ...parameters], output }) => {
  it('makes a bundle that runs where nothing is installed', async () => {
    const outfile = bin === 'esbuild' ? [`--outfile=${elsewhere.home}/${output}`] : []
    await project.run(`node_modules/.bin/${bin}`, [...parameters, ...outfile])
    const env = { DATABASE_URL: await newDatabase('postgres'), REDIS_URL: await newDatabase('redis') }
    expect(await elsewhere.run(process.execPath, [output], env)).toBe(prints)
  })
})

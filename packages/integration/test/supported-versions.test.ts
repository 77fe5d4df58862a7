import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { publishedLibraries } from '../../../scripts/workspace.ts'
import { compilers } from './packed/compilers.ts'
import { redisClients } from './packed/matrix.ts'
import { root } from './packed/stranger.ts'

type Ranges = Readonly<Record<string, string>>
interface Manifest {
  engines: Ranges
  dependencies?: Ranges
  optionalDependencies?: Ranges
  peerDependencies?: Ranges
}

/** What the document says of each name that it has in code. */
const document = readFileSync(join(root, 'docs/choosing-an-adapter.md'), 'utf8')
const [, section = ''] = /## Which versions\n([\s\S]*?)\n## /.exec(document) ?? []
const rows = new Map(
  [...section.matchAll(/^\| `?([^|]*?)`? \| `?([^|]*?)`? \|/gm)].map(([, name = '', range]) => [name, range]),
)

/** What the tests of packed packages try at both ends. */
const tried = ['@openai/agents', 'pg', 'mariadb', 'mysql2', 'sqlite3', 'sequelize', 'redis', 'better-sqlite3']

it('says which versions our packages ask for', () => {
  const manifests = publishedLibraries(root).map(({ folder }): Manifest => {
    return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  })
  const ranges = Object.assign(
    {},
    ...manifests.flatMap((one) => [one.dependencies, one.optionalDependencies, one.peerDependencies]),
  )
  expect(Object.fromEntries(tried.map((name) => [name, rows.get(name)]))).toEqual(
    Object.fromEntries(tried.map((name) => [name, ranges[name]])),
  )
  expect([...new Set(manifests.map(({ engines }) => engines.node))]).toEqual([rows.get('Node')])
  // Those of the kit are no business of whoever only stores.
  const peers = manifests.flatMap(({ peerDependencies = {} }) => Object.keys(peerDependencies))
  expect(peers.filter((name) => !rows.has(name) && !['fast-check', 'vitest'].includes(name))).toEqual([])
})

it('says which compilers and clients are tried', () => {
  expect(rows.get('TypeScript')).toBe(`${compilers[0]} to ${compilers.at(-1)}`)
  for (const name of ['redis', 'ioredis']) {
    const versions = redisClients.filter((spec) => spec.startsWith(`${name}@`)).map((spec) => spec.replace(/^.*@/, ''))
    const [oldest, newest] = [versions[0]?.replace(/\.0$/, ''), versions.at(-1)]
    expect(rows.get(`${name}\`, a client of yours`)).toBe(`${oldest} to ${newest}`)
  }
})

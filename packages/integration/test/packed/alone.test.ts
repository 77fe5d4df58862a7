import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publishedLibraries } from '../../../../scripts/workspace.ts'
import { consumers } from './consumers.ts'
import { all, supportedSDKs, testedVersion } from './matrix.ts'
import { importerProgram } from './programs.ts'
import { hello, quickStarts, readmeInstall, runQuickStart } from './quick-starts.ts'
import { useNodes } from './runtime.ts'
import { useServers } from './servers.ts'
import { root, Stranger } from './stranger.ts'
import { typeCheck } from './types.ts'

const newDatabase = await useServers()
const nodes = Object.entries(useNodes())
const titled = quickStarts.map((quickStart) => ({ ...quickStart, title: quickStart.install.join(' ') }))

it('is tried for every library that is published', () => {
  const published = publishedLibraries(root).map(({ manifest }) => manifest.name)
  const tried = new Set(quickStarts.map(({ name }) => `@sessions/${name}`))
  expect([...tried].toSorted(), 'quick-starts.ts and consumers.ts').toEqual(published)
})

describe.each(titled)('npm install $title, in an empty folder', (quickStart) => {
  const { name, install } = quickStart
  const stranger = new Stranger()
  beforeAll(() => stranger.npmInstall(...install))
  afterAll(() => stranger[Symbol.dispose]())

  /** Every entry of the package but those that are for a test runner, which they import. */
  function entries(): string[] {
    const file = join(stranger.home, 'node_modules/@sessions', name, 'package.json')
    return Object.keys(JSON.parse(readFileSync(file, 'utf8')).exports)
      .filter((entry) => !/\/(vitest|node)$/.test(entry))
      .map((entry) => `@sessions/${name}${entry.slice(1)}`)
  }

  it('is what the README says, word by word', () => {
    expect(install).toEqual(
      expect.arrayContaining(readmeInstall(`packages/${name}/README.md`).filter((word) => word !== 'pg')),
    )
  })

  it.each(nodes)('runs the example of the README on %s', async (_, node) => {
    const output = await runQuickStart(stranger, quickStart, newDatabase, (file, env) =>
      stranger.run(node(), [file], env),
    )
    expect(output).toBe(hello)
  })

  it.each(nodes)('gives CommonJS by require what it gives by import, on %s', async (_, node) => {
    const listed = entries().map((entry) => `'${entry}'`)
    stranger.write('cjs.cjs', `for (const name of [${listed}]) console.log(Object.keys(require(name)).join())`)
    stranger.write('esm.mjs', `for (const name of [${listed}]) console.log(Object.keys(await import(name)).join())`)
    const required = await stranger.run(node(), ['cjs.cjs'])
    expect(required).toBe(await stranger.run(node(), ['esm.mjs']))
    expect(required).toMatch(/^(\w+(,\w+)*\n)+$/)
  })

  it('does nothing when it is imported', async () => {
    stranger.write('importer.mjs', importerProgram)
    expect(await stranger.run(process.execPath, ['importer.mjs', ...entries()])).toBe('nothing\n')
  })

  it('has types that are right without the SDK, library files included, for CommonJS too', async () => {
    stranger.write(
      'src/required.cts',
      `import it = require('@sessions/${name}')\nexport const names: string[] = Object.keys(it)`,
    )
    await typeCheck(stranger, consumers[name] ?? '', { skipLibCheck: false })
  })

  if (!all) return
  it('has types that are right with the SDK', async () => {
    const types = `@types/node@${testedVersion('@types/node', '.')}`
    await stranger.npmInstall(`@openai/agents@${supportedSDKs.oldest}`, `zod@${testedVersion('zod')}`, types)
    await typeCheck(stranger, consumers[name] ?? '', { skipLibCheck: true, types: ['node'] })
  })
})

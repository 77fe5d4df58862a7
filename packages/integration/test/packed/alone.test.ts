import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consumers } from './consumers.ts'
import { quickStarts, readmeInstall, writeQuickStart } from './quick-starts.ts'
import { useServers } from './servers.ts'
import { Stranger } from './stranger.ts'
import { typeCheck } from './types.ts'

const newDatabases = await useServers()

/** Says what importing each entry has changed for the program that imports it. */
const importer = `
  import process from 'node:process'
  const look = () => [
    Object.getOwnPropertyNames(globalThis), process.eventNames(), process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap'),
  ]
  const before = JSON.stringify(look())
  for (const entry of process.argv.slice(2)) await import(entry)
  console.log(JSON.stringify(look()) === before ? 'nothing' : before + ' became ' + JSON.stringify(look()))`

describe.each(Object.entries(quickStarts))('@sessions/%s, alone in an empty project', (name, { install, prints }) => {
  let stranger: Stranger
  beforeAll(async () => {
    stranger = new Stranger()
    await stranger.npmInstall(...install)
  })
  afterAll(() => stranger[Symbol.dispose]())

  function entries(): string[] {
    const { exports } = JSON.parse(
      readFileSync(join(stranger.home, 'node_modules/@sessions', name, 'package.json'), 'utf8'),
    )
    return Object.keys(exports).map((entry) => `@sessions/${name}${entry.slice(1)}`)
  }

  it('is installed as its README says', () => {
    expect(install).toEqual(expect.arrayContaining(readmeInstall(name)))
  })

  it('runs the example of its README', async () => {
    const databases = await newDatabases()
    const file = writeQuickStart(stranger, name, databases)
    expect(await stranger.run(process.execPath, [file], { ...databases })).toMatch(prints)
  })

  it('gives CommonJS by require what it gives by import', async () => {
    const [main = ''] = entries()
    stranger.write('required.cjs', `console.log(Object.keys(require('${main}')).join())`)
    stranger.write('imported.mjs', `console.log(Object.keys(await import('${main}')).join())`)
    const required = await stranger.run(process.execPath, ['required.cjs'])
    expect(required).toBe(await stranger.run(process.execPath, ['imported.mjs']))
    expect(required).toMatch(/\w/)
  })

  it('does nothing when it is imported', async () => {
    stranger.write('importer.mjs', importer)
    const withoutRunner = entries().filter((entry) => !entry.endsWith('/vitest'))
    expect(await stranger.run(process.execPath, ['importer.mjs', ...withoutRunner])).toBe('nothing\n')
  })

  it('has types that are right without the SDK, library files included', async () => {
    await typeCheck(stranger, consumers[name] ?? '', { skipLibCheck: false })
  })
})

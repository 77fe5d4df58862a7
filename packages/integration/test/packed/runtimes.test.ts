import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runtimes } from './matrix.ts'
import { webProgram, webProgramPrints } from './programs.ts'
import { quickStarts, writeQuickStart } from './quick-starts.ts'
import { useServers } from './servers.ts'
import { Stranger } from './stranger.ts'

const newDatabases = await useServers()
const project = new Stranger()
beforeAll(async () => {
  await project.npmInstall(...new Set(Object.values(quickStarts).flatMap(({ install }) => install)))
})
afterAll(() => project[Symbol.dispose]())

/** A runtime from npm, in a folder of its own: several of them want the same name. */
function useRuntime(spec: string): () => string {
  const tools = new Stranger()
  beforeAll(() => tools.npmInstall(spec))
  afterAll(() => tools[Symbol.dispose]())
  const [name = ''] = spec.split('@')
  return () => join(tools.home, 'node_modules/.bin', name)
}

describe.each([runtimes.node22, runtimes.node26])('%s', (spec) => {
  const runtime = useRuntime(spec)

  it('is what runs', async () => {
    expect(await project.run(runtime(), ['--version'])).toBe(`v${spec.split('@')[1]}\n`)
  })

  it.each(Object.entries(quickStarts))('runs the example of @sessions/%s', async (name, { prints }) => {
    const databases = await newDatabases()
    const file = writeQuickStart(project, name, databases)
    expect(await project.run(runtime(), [file], { ...databases })).toMatch(prints)
  })

  it('gives CommonJS by require what it gives by import', async () => {
    const names = Object.keys(quickStarts).map((name) => `'@sessions/${name}'`)
    project.write(
      'required.cjs',
      `for (const name of [${names.join()}]) console.log(name, Object.keys(require(name)).length > 0)`,
    )
    expect(await project.run(runtime(), ['required.cjs'])).toBe(
      names.map((name) => `${name.slice(1, -1)} true\n`).join(''),
    )
  })
})

describe.each([runtimes.bun, runtimes.deno])('%s', (spec) => {
  const runtime = useRuntime(spec)

  it('runs @sessions/core and @sessions/encrypted', { timeout: 60_000 }, async () => {
    project.write('web.mjs', webProgram)
    const [version = ''] = spec.split('@').slice(1)
    expect(await project.run(runtime(), ['--version'])).toContain(version)
    expect(await project.run(runtime(), [...(spec.startsWith('deno') ? ['run', '--allow-env'] : []), 'web.mjs'])).toBe(
      webProgramPrints,
    )
  })
})

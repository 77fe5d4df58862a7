import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runtimes } from './matrix.ts'
import { webProgram, webProgramPrints } from './programs.ts'
import { everything, hello, quickStarts, runQuickStart } from './quick-starts.ts'
import { useRuntime } from './runtime.ts'
import { useServers } from './servers.ts'
import { Stranger } from './stranger.ts'

const newDatabase = await useServers()
const project = new Stranger()
beforeAll(() => project.npmInstall(...everything))
afterAll(() => project[Symbol.dispose]())

describe.each(runtimes.nodes)('%s', (spec) => {
  const runtime = useRuntime(spec)

  it('is what runs', async () => {
    expect(await project.run(runtime(), ['--version'])).toBe(`v${spec.split('@')[1]}\n`)
  })

  it.each(quickStarts)('runs the example of @sessions/$name', async (quickStart) => {
    const output = await runQuickStart(project, quickStart, newDatabase, (file, env) =>
      project.run(runtime(), [file], env),
    )
    expect(output).toBe(hello)
  })

  it('gives CommonJS by require what it gives by import', async () => {
    const names = quickStarts.map(({ name }) => `'@sessions/${name}'`)
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

  it('runs @sessions/core and @sessions/encrypted', async () => {
    project.write('web.mjs', webProgram)
    const [version = ''] = spec.split('@').slice(1)
    expect(await project.run(runtime(), ['--version'])).toContain(version)
    expect(await project.run(runtime(), [...(spec.startsWith('deno') ? ['run', '--allow-env'] : []), 'web.mjs'])).toBe(
      webProgramPrints,
    )
  })
})

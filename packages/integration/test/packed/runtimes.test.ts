import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runtimes } from './matrix.ts'
import { oneOfEachPrints, oneOfEachProgram, webProgram, webProgramPrints } from './programs.ts'
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

  it('has one of each class, imported or required', async () => {
    project.write('one.mjs', oneOfEachProgram)
    expect(await project.run(runtime(), ['one.mjs'])).toBe(oneOfEachPrints)
  })
})

describe.each([runtimes.bun, runtimes.deno])('%s', (spec) => {
  const runtime = useRuntime(spec)
  const run = (file: string, permission: string): Promise<string> =>
    project.run(runtime(), [...(spec.startsWith('deno') ? ['run', permission] : []), file])

  it('has one of each class, imported or required', async () => {
    project.write('one.mjs', oneOfEachProgram)
    expect(await run('one.mjs', '--allow-all')).toBe(oneOfEachPrints)
  })

  it('runs @sessions/core and @sessions/encrypted', async () => {
    project.write('web.mjs', webProgram)
    const [version = ''] = spec.split('@').slice(1)
    expect(await project.run(runtime(), ['--version'])).toContain(version)
    expect(await run('web.mjs', '--allow-env')).toBe(webProgramPrints)
  })
})

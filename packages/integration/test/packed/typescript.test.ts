import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aliasOf, type Compiler, compile, compilers, resolutions, resolutionsOf } from './compilers.ts'
import { all, supportedSDKs, testedVersion } from './matrix.ts'
import { Stranger } from './stranger.ts'

const packages = ['core', 'encrypted', 'redis', 'sql', 'sqlite']
const stranger = new Stranger()
const [oldest, newest] = [compilers[0], compilers[compilers.length - 1] as Compiler]
beforeAll(async () => {
  const tried = all ? compilers : [oldest, newest]
  const specs = tried.map((compiler) => `${aliasOf(compiler)}@npm:typescript@${compiler}`)
  const ours = packages.map((name) => `@sessions/${name}`)
  await stranger.npmInstall(...ours, ...specs)
  const versions = tried.map((compiler) => manifestOf(aliasOf(compiler)).version)
  console.log(`TypeScript ${versions.join(', ')}`)
})
afterAll(() => stranger[Symbol.dispose]())

function manifestOf(name: string): { version: string; exports: Record<string, unknown> } {
  return JSON.parse(readFileSync(join(stranger.home, 'node_modules', name, 'package.json'), 'utf8'))
}

/** Every entry but that for vitest, whose types come with it. */
function entries(): string[] {
  return packages.flatMap((name) =>
    Object.keys(manifestOf(`@sessions/${name}`).exports)
      .filter((entry) => !entry.endsWith('/vitest'))
      .map((entry) => `@sessions/${name}${entry.slice(1)}`),
  )
}

it('has the newest compiler, which is the one that this repository is checked with', () => {
  expect(testedVersion('typescript', '.')).toMatch(new RegExp(`^${newest}\\.`))
})

/** Everything; or, as in `pnpm test`, the way of the oldest and that of most bundlers. nodenext is tried with each package alone. */
const rows = all
  ? compilers.flatMap((compiler) => resolutionsOf(compiler).map((resolution) => ({ compiler, resolution })))
  : [
      { compiler: oldest, resolution: resolutions[0] },
      { compiler: newest, resolution: resolutions.at(-1) },
    ].flatMap(({ compiler, resolution }) => (resolution === undefined ? [] : [{ compiler, resolution }]))

describe.each(rows)('TypeScript $compiler, $resolution.title, library files included', ({ compiler, resolution }) => {
  it('finds nothing wrong in the types of any entry, nor in what uses them', async () => {
    expect(await compile(stranger, compiler, resolution, { entries: entries(), sdk: false })).toEqual([])
  })
})

describe.skipIf(!all)('with @openai/agents', () => {
  beforeAll(() => {
    const types = `@types/node@${testedVersion('@types/node', '.')}`
    return stranger.npmInstall(`@openai/agents@${supportedSDKs.newest}`, `zod@${testedVersion('zod')}`, types)
  })

  // What older compilers, and node10, find within the SDK and within zod does not count.
  it.each(rows)('TypeScript $compiler, $resolution.title', async ({ compiler, resolution }) => {
    expect(await compile(stranger, compiler, resolution, { entries: entries(), sdk: true })).toEqual([])
  })
})

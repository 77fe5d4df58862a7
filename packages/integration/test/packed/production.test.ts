import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { offlineModel, snippetsOf } from '../snippets.ts'
import { all } from './matrix.ts'
import { everything, hello, quickStarts, runQuickStart } from './quick-starts.ts'
import { useRuntime } from './runtime.ts'
import { useServers } from './servers.ts'
import { root, Stranger } from './stranger.ts'

const newDatabase = all ? await useServers() : async (): Promise<string> => ''
const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']

/** The files that a project is copied with, and no `node_modules`. */
function copied(from: Stranger, ...files: string[]): Stranger {
  const to = new Stranger()
  for (const file of files) cpSync(join(from.home, file), join(to.home, file), { recursive: true })
  return to
}

async function runExamples(stranger: Stranger): Promise<void> {
  for (const quickStart of quickStarts.filter(({ install }) => everything.includes(install.at(-1) ?? ''))) {
    const run = (file: string, env: NodeJS.ProcessEnv): Promise<string> => stranger.run(process.execPath, [file], env)
    expect(await runQuickStart(stranger, quickStart, newDatabase, run), quickStart.name).toBe(hello)
  }
}

describe.skipIf(!all)('in production', () => {
  const developer = new Stranger()
  beforeAll(() => developer.npmInstall(...everything))
  afterAll(() => developer[Symbol.dispose]())

  it('runs after npm ci without scripts and without what only development needs', async () => {
    using stranger = copied(developer, 'package.json', 'package-lock.json')
    await stranger.run('npm', ['ci', '--omit=dev', '--ignore-scripts', ...quiet])
    await runExamples(stranger)
  })

  it('runs in the last stage of a container image, which gets node_modules and the program from the first', async () => {
    using build = copied(developer, 'package.json', 'package-lock.json')
    await build.run('npm', ['ci', '--omit=dev', '--ignore-scripts', ...quiet])
    // COPY --from=build /app/node_modules ./node_modules
    using image = copied(build, 'package.json', 'node_modules')
    rmSync(build.home, { recursive: true })
    expect(readdirSync(image.home).toSorted()).toEqual(['.npmrc', 'node_modules', 'package.json'])
    await runExamples(image)
  })
})

it.skipIf(!all)('runs the first example of the README in a new folder, by the lines that stand there', async () => {
  using stranger = new Stranger()
  rmSync(join(stranger.home, 'package.json'))
  const [, block = ''] = /```sh\n(npm init[\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
  const [init = '', install = '', run = ''] = block.split('\n').map((line) => line.replace(/ +#.*/, ''))
  expect([init, install, run]).toEqual([
    'npm init -y && npm pkg set type=module',
    expect.stringMatching(/^npm install /),
    'node hello.js',
  ])
  await stranger.run('sh', ['-c', init])
  await stranger.run('sh', ['-c', install])
  const [example = ''] = snippetsOf('README.md')
  stranger.write('hello.js', example)
  stranger.write('offline-model.mjs', offlineModel)
  const offline = { NODE_OPTIONS: '--import ./offline-model.mjs' }
  expect(await stranger.run('sh', ['-c', run], offline)).toBe('You are Ada.\n')
})

describe.skipIf(!all)('a Node that is too old', () => {
  const stranger = new Stranger()
  beforeAll(() => stranger.npmInstall(...everything))
  afterAll(() => stranger[Symbol.dispose]())
  const nodes = [useRuntime('node@18.20.8'), useRuntime('node@20.20.2')]

  it.each([
    { needs: '@sessions/core needs Node 22.14 or later; this is v18.20.8.', node: () => nodes[0]?.() ?? '' },
    {
      needs: 'better-sqlite3 needs Node 22 or later; this is 20.20.2. Nothing was opened.',
      node: () => nodes[1]?.() ?? '',
    },
  ])('reads: $needs', async ({ needs, node }) => {
    const [example = ''] = snippetsOf('packages/sqlite/README.md')
    stranger.write('sqlite.mjs', example)
    await expect(stranger.run(node(), ['sqlite.mjs'])).rejects.toThrow(needs)
  })
})

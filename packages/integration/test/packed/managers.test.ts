import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { all, yarn } from './matrix.ts'
import { everything, hello, quickStarts, runQuickStart } from './quick-starts.ts'
import { useServers } from './servers.ts'
import { Stranger } from './stranger.ts'

const newDatabase = await useServers()
const { registry } = inject('release')
const tools = new Stranger()
beforeAll(() => tools.npmInstall(yarn))
afterAll(() => tools[Symbol.dispose]())

interface Manager {
  install(stranger: Stranger, packages: readonly string[]): Promise<unknown>
  node(stranger: Stranger, file: string, env: NodeJS.ProcessEnv): Promise<string>
}

const managers: Readonly<Record<string, Manager>> = {
  'pnpm, where a package sees only what it asks for': {
    install: async (stranger, packages) => {
      // What was published a moment ago is too new for its default policy.
      stranger.write('pnpm-workspace.yaml', "hoist: false\nminimumReleaseAgeExclude: ['@sessions/*']\n")
      await stranger.run('pnpm', ['add', '--prefer-offline', ...packages])
    },
    node: (stranger, file, env) => stranger.run(process.execPath, [file], env),
  },
  'yarn 4, with its plug’n’play': {
    install: async (stranger, packages) => {
      const registryOfTheMachine = (await stranger.run('npm', ['config', 'get', 'registry', '--loglevel=error'])).trim()
      const settings = {
        npmRegistryServer: registryOfTheMachine,
        npmScopes: { sessions: { npmRegistryServer: registry } },
        unsafeHttpWhitelist: ['127.0.0.1'],
        npmPreapprovedPackages: ['@sessions/*'],
        enableTelemetry: false,
        enableGlobalCache: true,
      }
      stranger.write('.yarnrc.yml', JSON.stringify(settings))
      stranger.write('yarn.lock', '')
      await stranger.run(process.execPath, [yarnProgram(), 'add', ...packages])
    },
    node: (stranger, file, env) => stranger.run(process.execPath, [yarnProgram(), 'node', file], env),
  },
}
const yarnProgram = (): string => join(tools.home, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')

/** All packages in one project; in the whole matrix, each alone too. */
const projects = [
  { title: 'everything', install: everything, examples: quickStarts },
  ...(all ? quickStarts.map((it) => ({ title: it.install.join(' '), install: it.install, examples: [it] })) : []),
]

describe.each(Object.entries(managers))('%s', (_, { install, node }) => {
  it.each(projects)('installs $title, and runs the examples', async (project) => {
    using stranger = new Stranger()
    await install(stranger, project.install)
    for (const example of project.examples) {
      const run = (file: string, env: NodeJS.ProcessEnv): Promise<string> => node(stranger, file, env)
      expect(await runQuickStart(stranger, example, newDatabase, run), example.name).toBe(hello)
    }
  })
})

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { all, yarn } from './matrix.ts'
import { quickStarts, writeQuickStart } from './quick-starts.ts'
import { useServers } from './servers.ts'
import { Stranger } from './stranger.ts'

const newDatabases = await useServers()
const { npmrc, registry } = inject('release')
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

/** Each package alone, or all of them in one project. */
const projects: [string, string[]][] = all
  ? Object.keys(quickStarts).map((name) => [`@sessions/${name}`, [name]])
  : [['all packages', Object.keys(quickStarts)]]

describe.each(Object.entries(managers))('%s', (_, { install, node }) => {
  it.each(projects)('installs %s, and runs the examples', { timeout: 180_000 }, async (_name, names) => {
    using stranger = new Stranger()
    stranger.write('.npmrc', npmrc)
    await install(stranger, [...new Set(names.flatMap((name) => quickStarts[name]?.install ?? []))])
    for (const name of names) {
      const databases = await newDatabases()
      const output = await node(stranger, writeQuickStart(stranger, name, databases), { ...databases })
      expect(output, name).toMatch(quickStarts[name]?.prints ?? '')
    }
  })
})

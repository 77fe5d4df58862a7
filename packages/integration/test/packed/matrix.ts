import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './stranger.ts'

/** Everything, as a release asks for; or each thing once, as `pnpm test` does. */
export const all: boolean = process.env.SESSIONS_PACKED === 'all'

/** Yarn 4, its current line; yarn 1 gets no more releases. */
export const yarn = '@yarnpkg/cli-dist@4.18.1'

/** What a package says of another that it works with: a version of the repository's own, or the range of a peer. */
function manifestOf(folder: string): {
  version: string
  engines: { node: string }
  peerDependencies: Record<string, string>
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
} {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
}

/** The version that the repository is tested with. */
export function testedVersion(name: string, folder = 'packages/integration'): string {
  return manifestOf(join(folder, 'node_modules', name)).version
}

/** Where the range of a peer begins: `>=3`, `^8.11.0`. */
export function oldestPeer(folder: string, name: string): string {
  return beginningOf(name, manifestOf(folder).peerDependencies[name])
}

/** Where the range of a package begins that comes with ours. */
export function oldestOf(folder: string, name: string): string {
  const { dependencies, optionalDependencies } = manifestOf(folder)
  return beginningOf(name, { ...dependencies, ...optionalDependencies }[name])
}

function beginningOf(name: string, range = ''): string {
  const [, oldest] = /^(?:>=|\^)(\d+(?:\.\d+)*)/.exec(range) ?? []
  if (oldest === undefined) throw new Error(`The range of ${name} is ${range}; say where it begins.`)
  return oldest
}

/** The ends of the range of SDKs that we say we work with: its oldest, and whatever is newest in it today. */
export const supportedSDKs: Readonly<{ oldest: string; newest: string }> = {
  oldest: oldestPeer('packages/core', '@openai/agents'),
  newest: manifestOf('packages/core').peerDependencies['@openai/agents'] ?? '',
}

/** Runtimes, from npm, beside the Node 24 that runs the tests. */
export const runtimes = {
  nodes: [
    manifestOf('packages/core').engines.node.replace('>=', 'node@'),
    ...(all ? ['node@22.23.3'] : []),
    'node@26.10.0',
  ],
  bun: 'bun@1.4.5',
  deno: 'deno@2.9.6',
} as const

/** Clients of Redis that users have: the oldest of each library that works, the newest, and each version between that began anew. */
export const redisClients = ['redis@4.6.0', 'redis@5.0.0', 'redis@6', 'ioredis@5.0.0', 'ioredis@6'] as const

import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { publishedPackages } from '../../../../scripts/workspace.ts'
import { startRegistry } from './registry.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A copy of this repository after its release, the tarballs that were published, and the registry that has them. */
    release: { clone: string; tarballs: string; registry: string; npmrc: string; repository: string }
  }
}

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const repository = 'https://github.com/example/sessions'

/**
 * A release, step by step as the release workflow does it, to a registry of its own: what the tests here install is what an npm
 * user would get. The packages are those that were built.
 */
export default async function rehearse(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'sessions-release-'))
  const [clone, tarballs] = [join(home, 'clone'), join(home, 'pack')]
  const registry = await startRegistry(join(home, 'registry'))
  const teardown = async (): Promise<void> => {
    await registry.close()
    rmSync(home, { recursive: true, force: true })
  }
  try {
    const at = commandsIn(clone)
    await cloneTo(clone)
    writeFileSync(join(clone, '.npmrc'), registry.npmrc)
    await at('pnpm', 'install', '--frozen-lockfile', '--prefer-offline')
    await setRepository(clone)
    await at('node', 'scripts/release-guard.ts')
    await at('changeset', 'version')
    await commit(clone, 'Version Packages')
    await at('changeset', 'pack', '--out-dir', tarballs)
    await at('changeset', 'publish', '--from-pack-dir', tarballs)
    project.provide('release', { clone, tarballs, registry: registry.url, npmrc: registry.npmrc, repository })
  } catch (error) {
    await teardown()
    throw error
  }
  return teardown
}

/** What is in the working tree, whether committed or not, as the only commit of a new repository; and what is built. */
async function cloneTo(clone: string): Promise<void> {
  // In a container of CI, the checkout belongs to somebody else.
  const list = [
    '-c',
    'safe.directory=*',
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
  ]
  const { stdout } = await promisify(execFile)('git', list, { cwd: root })
  for (const file of stdout.split('\0')) {
    if (file === '' || !existsSync(join(root, file))) continue
    cpSync(join(root, file), join(clone, file))
  }
  for (const { folder } of publishedPackages(root)) {
    const built = join(folder, 'dist')
    if (!existsSync(join(root, built))) throw new Error(`${built} is missing: run pnpm build first.`)
    cpSync(join(root, built), join(clone, built), { recursive: true })
  }
  mkdirSync(clone, { recursive: true })
  await commandsIn(clone)('git', 'init', '--quiet', '--initial-branch', 'main')
  await commit(clone, 'All of it')
}

async function setRepository(clone: string): Promise<void> {
  const file = join(clone, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...manifest, repository }, null, 2))
  await commandsIn(clone)('node', 'scripts/generate-manifests.ts')
}

export async function commit(clone: string, message: string): Promise<void> {
  const at = commandsIn(clone)
  const author = ['-c', 'user.name=Release', '-c', 'user.email=release@example.com', '-c', 'commit.gpgsign=false']
  await at('git', 'add', '--all')
  await at('git', ...author, 'commit', '--quiet', '--message', message)
}

/** Runs commands in a folder of the rehearsal, with the tools installed there. */
export function commandsIn(cwd: string): (command: string, ...parameters: string[]) => Promise<string> {
  return async (command, ...parameters) => {
    const { GITHUB_REPOSITORY: _, ...env } = process.env
    const PATH = `${join(cwd, 'node_modules/.bin')}:${env.PATH}`
    const options = { cwd, env: { ...env, PATH, CI: 'true' }, timeout: 600_000 }
    const { stdout } = await promisify(execFile)(command, parameters, options)
    return stdout
  }
}

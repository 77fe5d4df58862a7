import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { all, runtimes } from './matrix.ts'
import { Stranger } from './stranger.ts'

/** Gets a runtime from npm, in a folder of its own: several of them want the same name. Gives its program. */
export function useRuntime(spec: string): () => string {
  const tools = new Stranger()
  beforeAll(() => tools.npmInstall(spec))
  afterAll(() => tools[Symbol.dispose]())
  const [name = ''] = spec.split('@')
  return () => join(tools.home, 'node_modules/.bin', name)
}

/** The Nodes that each package alone is tried on: all that we support, or the one that runs the tests. */
export function useNodes(): Record<string, () => string> {
  const current = { [`node@${process.versions.node}`]: () => process.execPath }
  if (!all) return current
  const others = runtimes.nodes.map((spec) => [spec, useRuntime(spec)] as const)
  return { ...current, ...Object.fromEntries(others) }
}

/** What is used of Node, Bun, Deno and others that have its built-in modules. */
export interface BuiltinModules {
  'node:async_hooks': typeof import('node:async_hooks')
  'node:crypto': typeof import('node:crypto')
  'node:diagnostics_channel': typeof import('node:diagnostics_channel')
  'node:util': typeof import('node:util')
}

/** A built-in module, taken at run time: `undefined` on a platform without it, such as a browser. */
export function builtin<Name extends keyof BuiltinModules>(name: Name): BuiltinModules[Name] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
  return process?.getBuiltinModule?.(name) as BuiltinModules[Name] | undefined
}

/** Where a program begins with a runtime that is too old, it is told so, and not that something is no function. */
export function assertPlatform(): void {
  if (typeof ''.isWellFormed === 'function') return
  const { process } = globalThis as { process?: { version?: string } }
  throw new Error(`@sessions/core needs Node 22.14 or later; this is ${process?.version ?? 'an older runtime'}.`)
}

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

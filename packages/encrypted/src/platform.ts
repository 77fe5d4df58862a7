import type * as NodeBuffer from 'node:buffer'
import type * as NodeCrypto from 'node:crypto'

interface Builtins {
  'node:buffer': typeof NodeBuffer
  'node:crypto': typeof NodeCrypto
}

/**
 * A module that Node, Bun and Deno have built in, for what it does much faster than what every platform has; `undefined` on others, as in
 * a browser. Nothing here is imported, so that a bundle for one of those finds nothing missing.
 */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Builtins[Name] | undefined } }
  return process?.getBuiltinModule?.(name)
}

/** `--import` it, and our packages are the built ones, as users have them: without it, they are their sources. */
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    const [, name] = /^@sessions\/([\w-]+)$/.exec(specifier) ?? []
    if (name === undefined) return next(specifier, context)
    return { url: new URL(`../../../${name}/dist/index.js`, import.meta.url).href, shortCircuit: true }
  },
})

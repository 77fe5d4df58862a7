/** Runs the conformance cases of one package: `pnpm conformance sqlite -t append/order`. */
import { existsSync } from 'node:fs'
import { run } from './run.ts'

const [name, ...parameters] = process.argv.slice(2)
const folder = `packages/${name}`
if (name === undefined || !existsSync(folder))
  throw new TypeError('Name a package: pnpm conformance sqlite -t append/order')
await run('vitest', ['run', '--root', folder, 'conformance', ...parameters])

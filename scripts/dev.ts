/** Watches one package: `pnpm dev sqlite` runs its tests again whenever a file changes. */
import { existsSync } from 'node:fs'
import { run } from './run.ts'

const [name, ...parameters] = process.argv.slice(2)
const folder = `packages/${name}`
if (name === undefined || !existsSync(folder)) throw new TypeError('Name a package: pnpm dev sqlite')
await run('vitest', ['watch', '--root', folder, ...parameters])

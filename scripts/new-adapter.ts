/** Makes a package from the template of an adapter, green from the start: `pnpm new:adapter acme`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { commandLine } from './command-line.ts'
import { copyTemplate, isPackageName } from './copy-template.ts'
import { run } from './run.ts'

/** Kilobytes that its tarball and its bundle may have at first. */
const budget = { packed: 10, bundled: 4 }

const { positionals, refuse } = commandLine(
  `pnpm new:adapter <name>

Makes packages/<name>, an adapter that passes the conformance kit from the start. A name has lower case, digits and hyphens.`,
  {},
  1,
)
const [name = ''] = positionals
const folder = `packages/${name}`
if (name === '') refuse('Name the adapter.')
if (!isPackageName(name)) refuse(`${JSON.stringify(name)} is no name for a package.`)
if (existsSync(folder)) refuse(`${folder} exists.`)
copyTemplate(name, folder)
const budgets = 'scripts/packages/budgets.json'
const all = { ...JSON.parse(readFileSync(budgets, 'utf8')), [`@sessions/${name}`]: budget }
writeFileSync(budgets, JSON.stringify(all, null, 2))
await run('pnpm', ['install'])
await run('biome', ['check', '--write', folder, budgets])
await run('pnpm', ['run', 'docs'])
console.log(`
${folder} is there, with a store over files that passes the conformance kit. Next:
  pnpm dev ${name}            watches its tests
  pnpm conformance ${name}    runs the kit
Put your backend in the place of src/journal.ts and src/history.ts: docs/writing-an-adapter.md`)

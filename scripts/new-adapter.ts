/** Makes a package from the template of an adapter, green from the start: `pnpm new:adapter acme`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { copyTemplate } from './copy-template.ts'
import { run } from './run.ts'

/** Kilobytes that its tarball and its bundle may have at first. */
const budget = { packed: 10, bundled: 4 }

const [name, ...others] = process.argv.slice(2)
if (name === undefined || others.length > 0) throw new TypeError('Name the adapter: pnpm new:adapter acme')
const folder = `packages/${name}`
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

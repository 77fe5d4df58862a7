/** Makes a package from the template of an adapter, green from the start: `pnpm new:adapter acme`. */
import { copyTemplate } from './copy-template.ts'
import { run } from './run.ts'

const [name, ...others] = process.argv.slice(2)
if (name === undefined || others.length > 0) throw new TypeError('Name the adapter: pnpm new:adapter acme')
const folder = `packages/${name}`
copyTemplate(name, folder)
await run('pnpm', ['install'])
await run('biome', ['check', '--write', folder])
await run('node', ['scripts/generate-docs.ts'])
console.log(`
${folder} is there, with a store over files that passes the conformance kit. Next:
  pnpm dev ${name}            watches its tests
  pnpm conformance ${name}    runs the kit
Put your backend in the place of src/journal.ts and src/history.ts: docs/writing-an-adapter.md`)

/** Watches one package: `pnpm dev sqlite` runs its tests again whenever a file changes. */
import { globSync } from 'node:fs'
import { commandLine } from './command-line.ts'
import { run } from './run.ts'

const names = globSync('packages/*/package.json').map((file) => file.split('/')[1] ?? '')
const { positionals, refuse } = commandLine(
  `pnpm dev <package> [<file> …]

Runs the tests of a package again whenever a file changes, all or those of files whose paths contain a word.
There are: ${names.toSorted().join(', ')}.`,
  {},
  Infinity,
)
const [name, ...files] = positionals
if (name === undefined) refuse('Name a package.')
if (!names.includes(String(name))) refuse(`There is no package ${JSON.stringify(name)}.`)
await run('vitest', ['watch', '--root', `packages/${name}`, ...files])

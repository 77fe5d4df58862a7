/** Runs the conformance cases of one package: `pnpm conformance sqlite -t append/order`. */
import { globSync } from 'node:fs'
import { definitions } from '../packages/core/src/conformance/cases/index.ts'
import { commandLine } from './command-line.ts'
import { run } from './run.ts'

const packages = globSync('packages/*/test/conformance*.test.ts').map((file) => file.split('/')[1] ?? '')
const names = [...new Set(packages)].toSorted()
const families = [...new Set(definitions.map(({ id }) => `${id.split('/')[0]}/`))]
const { values, positionals, refuse } = commandLine(
  `pnpm conformance <package> [-t <case>]

Runs the conformance cases of a package: ${names.join(', ')}.
-t runs one case, such as append/order, or those whose ids begin so: ${families.join(', ')}.`,
  { only: { type: 'string', short: 't' } },
  1,
)
const [name] = positionals
if (name === undefined) refuse('Name a package.')
if (!names.includes(String(name))) refuse(`There is no package ${JSON.stringify(name)} with conformance tests.`)
const { only } = values
const ids = definitions.map(({ id }) => id).filter((id) => id.startsWith(only ?? ''))
if (ids.length === 0) refuse(`No case has an id that begins with ${JSON.stringify(only)}.`)
// vitest takes a regular expression; an id stands behind the harness's name and before a colon.
const whole = only !== undefined && ids.includes(only) ? `${only}:` : only
const chosen = whole === undefined ? [] : ['-t', ` ${whole}`]
await run('vitest', ['run', '--root', `packages/${name}`, 'conformance', ...chosen])

/** Everything that CI runs: `pnpm check`, or without some of it: `pnpm check --except test`. Runs all, then says what failed. */
import { commandLine } from './command-line.ts'
import { exitCode } from './run.ts'

const steps: Readonly<Record<string, readonly string[]>> = {
  lint: ['biome', 'check', '--error-on-warnings', '.'],
  types: ['tsc', '-p', 'tsconfig.json'],
  docs: ['node', 'scripts/generate-docs.ts', '--check'],
  links: ['node', 'scripts/check-links.ts'],
  manifests: ['node', 'scripts/generate-manifests.ts', '--check'],
  unused: ['knip'],
  shape: ['node', 'scripts/check-shape.ts'],
  dependencies: ['node', 'scripts/check-dependencies.ts', '--check'],
  workflows: ['node', 'scripts/check-workflows.ts'],
  build: ['turbo', 'run', 'build', '--output-logs=errors-only'],
  packages: ['node', 'scripts/check-packages.ts'],
  counts: ['node', 'packages/bench/src/counts/index.ts', '--check'],
  test: ['node', 'scripts/test.ts'],
}

const all = Object.keys(steps)
const { values, positionals, refuse } = commandLine(
  `pnpm check [--except <step> …]

Runs everything that CI runs, or all but some steps: ${all.join(', ')}.`,
  { except: { type: 'string', multiple: true } },
  all.length,
)
if (values.except === undefined && positionals.length > 0) refuse(`Say --except ${positionals.join(' ')}.`)
const names = [...(values.except ?? []), ...positionals]
const unknown = names.find((name) => !all.includes(name))
if (unknown !== undefined) refuse(`There is no step ${JSON.stringify(unknown)}.`)

const failed: string[] = []
for (const [name, [command = '', ...parameters]] of Object.entries(steps)) {
  if (names.includes(name)) continue
  const start = performance.now()
  console.log(`\n— ${name}`)
  const code = await exitCode(command, parameters)
  if (code !== 0) failed.push(name)
  console.log(`— ${name}: ${code === 0 ? 'ok' : 'FAILED'} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
}
console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)

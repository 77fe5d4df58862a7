/** Everything that CI runs: `pnpm check`, or without some of it: `pnpm check --except test`. Runs all, then says what failed. */
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
  test: ['node', 'scripts/test.ts'],
}

const [flag, ...names] = process.argv.slice(2)
if (flag !== undefined && flag !== '--except') throw new TypeError(`Unknown option ${flag}; use --except <step> …`)
const unknown = names.find((name) => !Object.hasOwn(steps, name))
if (unknown !== undefined) throw new TypeError(`No step ${unknown}; there are ${Object.keys(steps).join(', ')}.`)

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

/** Runs every package's tests, then says how many conformance cases each adapter passed, and which failed with what message. */
import { globSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { missingServers, withoutVariable } from '../packages/test-servers/src/optional.ts'
import { commandLine } from './command-line.ts'
import { memoryFolder } from './memory-folder.ts'
import { exitCode } from './run.ts'
import { everyPackage } from './workspace.ts'

interface Report {
  adapter: string
  seed: number
  passed: number
  failed: number
  skipped: number
  cases: { id: string; title: string; status: string; error?: string }[]
}

/** What vitest's JSON reporter writes, as far as it is read here. */
interface TestResults {
  testResults: {
    name: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
  }[]
}

/** In a log that was cut in the middle, the end is all that is left: it has the messages, without the stacks. */
function shortened(error: string): string {
  const lines = error.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
  return lines.slice(0, 8).join('\n    ')
}

const names = everyPackage().map(({ manifest }) => manifest.name)
const { values, refuse } = commandLine(
  `pnpm test [--filter <package> …] [--force]

Runs the tests of every package, or of some: ${names.join(', ')}.
--force runs also those that passed with the same files before.`,
  { filter: { type: 'string', multiple: true }, force: { type: 'boolean' } },
)
const { filter = [], force = false } = values
const unknown = filter.find((name) => !names.includes(name))
if (unknown !== undefined) refuse(`There is no package ${JSON.stringify(unknown)}.`)

const missing = await missingServers()
process.env[withoutVariable] = missing.map(({ name }) => name).join()
// What an earlier run reported. Packages whose tests need not run again get theirs back.
for (const file of globSync(['{packages,templates}/*/.conformance/*.json', '{packages,templates}/*/.vitest/*.json']))
  rmSync(file)

// Tests start hundreds of processes; what one has compiled, the next one reads.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'sessions-compile-cache')

process.env.TMPDIR ??= memoryFolder() ?? tmpdir()

const code = await exitCode('turbo', [
  'run',
  'test',
  // Side by side: for much of their time, tests wait for servers and processes.
  '--concurrency=2',
  '--continue',
  // Tests install packages and reach servers as the user who runs them does.
  '--env-mode=loose',
  '--output-logs=new-only',
  ...filter.map((name) => `--filter=${name}`),
  ...(force ? ['--force'] : []),
])

const reports = globSync('{packages,templates}/*/.conformance/*.json')
  .map((file): Report => JSON.parse(readFileSync(file, 'utf8')))
  .toSorted((a, b) => a.adapter.localeCompare(b.adapter))
const total = { passed: 0, failed: 0, skipped: 0 }
const width = Math.max(...reports.map(({ adapter }) => adapter.length)) + 2
console.log('\nConformance cases')
for (const { adapter, passed, failed, skipped } of reports) {
  console.log(`  ${adapter.padEnd(width)}${passed} passed, ${failed} failed, ${skipped} skipped`)
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
for (const { adapter, seed, cases } of reports) {
  for (const { id, title, status, error = '' } of cases) {
    if (status !== 'fail') continue
    console.log(`\nFailed: ${adapter} ${id}: ${title} (seed ${seed})\n    ${shortened(error)}`)
  }
}
// Any other test that failed, whatever was printed after it.
for (const file of globSync('{packages,templates}/*/.vitest/results.json')) {
  const { testResults }: TestResults = JSON.parse(readFileSync(file, 'utf8'))
  for (const { name, message, assertionResults } of testResults) {
    const failures = assertionResults.filter(({ status }) => status === 'failed')
    if (message !== '' && failures.length === 0)
      console.log(`\nFailed: ${relative('.', name)}\n    ${shortened(message)}`)
    for (const { fullName, failureMessages } of failures) {
      console.log(`\nFailed: ${relative('.', name)}: ${fullName}\n    ${shortened(failureMessages.join('\n'))}`)
    }
  }
}
for (const { name, reason } of missing) console.log(`\nWithout ${name}: ${reason}`)
process.exit(code)

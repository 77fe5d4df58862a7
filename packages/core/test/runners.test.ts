import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import type { ConformanceReport } from '@sessions/core/conformance'
import { describe, expect, it, onTestFinished } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

function run(parameters: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env
  const options = { encoding: 'utf8', cwd: path('.'), env: { ...inherited, ...env } } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, options)
  return { status, stdout: stripVTControlCharacters(stdout), stderr }
}

const vitestBin = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')))
const certify = (...parameters: string[]) => run([path('../src/conformance/cli.ts'), ...parameters])

// Whole runs of the kit, and processes: seconds where the machine is busy.

describe('sessions-conformance', () => {
  it('prints a table, what failed and how to run it again, and ends with 1', () => {
    const { status, stdout } = certify('./programs/harness.ts', '-t', 'append/', '--seed', '7')
    expect(status).toBe(1)
    expect(stdout).toMatch(/^Right & <good> 1\.2\.3, kit \S+, node \S+, \S+ \S+ \S+, seed 7, 300 steps\n/)
    expect(stdout).toMatch(/^ {2}append +\d+ +\d+ +[\d.]+ s$/m)
    expect(stdout).toContain('Right & <good>: 10 passed, 0 failed, 1 skipped')
    expect(stdout).toContain('  fail append/order: gives items back in the order they were added')
    expect(stdout).toContain('expected 120 elements, got 2')
    const again = /again: sessions-conformance (.*append\/order-within-batch.*)/.exec(stdout)?.[1] ?? ''
    expect(again).toBe('programs/harness.ts -t append/order-within-batch --seed 7 --steps 300')
    expect(certify(...again.split(' ')).stdout).toContain('forgetful: 0 passed, 1 failed, 0 skipped')
  })

  it('writes the report as JSON, as JUnit and as a badge', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sessions-cli-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const [json, junit, badge] = ['report.json', 'report.xml', 'badge.svg'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    const files = ['--json', json, '--junit', junit, '--badge', badge]
    certify('./programs/harness.ts', '-t', 'append/', '--steps', '20', ...files)
    const reports: ConformanceReport[] = JSON.parse(readFileSync(json, 'utf8'))
    expect(reports).toMatchObject([
      { adapter: 'Right & <good>', version: '1.2.3', kind: 'store', ok: true, steps: 20, failed: 0 },
      { adapter: 'forgetful', ok: false, capabilities: { durable: false, list: true } },
    ])
    const xml = readFileSync(junit, 'utf8')
    expect(xml).toContain('<testsuite name="Right &amp; &lt;good&gt;" tests="11" failures="0" skipped="1"')
    expect(xml).toMatch(/<testcase classname="append" name="append\/order: [^"]+" time="[\d.]+"><failure message="/)
    expect(xml).toContain('<skipped message="shared is declared false"/>')
    expect(readFileSync(badge, 'utf8')).toMatch(/^<svg .*10 passed/s)
  })

  it.each([
    [['./programs/none.ts'], /Cannot find module/],
    [[], /Name one module/],
    [['./programs/harness.ts', '-t', 'apend/'], /No case has an id that begins with "apend\/"/],
    [['./programs/harness.ts', '--seed', 'x'], /seed must be a whole number/],
    [['./programs/harness.ts', '--sede', '1'], /--sede/],
    [['./programs/node-test.ts'], /has no harness as its default export/],
  ])('ends with 2 and says why where nothing can be run: %j', (parameters, why) => {
    const { status, stdout, stderr } = certify(...parameters)
    expect({ status, stdout: stdout.startsWith('TAP') ? '' : stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(why)
  })

  it('reports what fails in the background, as a failure of the case that set it off, and goes on', () => {
    const { status, stdout, stderr } = certify('./programs/background.ts', '-t', 'limit/')
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
    expect(stdout).toContain('fails to close: 1 passed, 6 failed, 0 skipped')
    expect(stdout).toContain('Caused by: Error: The socket is gone.')
    // The first case sets a timer that outlives it.
    expect(stdout).toContain('fails later: 6 passed, 1 failed, 0 skipped')
    expect(stdout).toMatch(/fails later.*fail limit\/newest: .*Caused by: Error: Nobody waits for this\./s)
  })

  it('prints how it is used', () => {
    expect(certify('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--junit <file>') })
  })
})

describe('the binding to node:test', () => {
  it('makes a test of each case, fails those that fail and skips those that are skipped', () => {
    const { status, stdout } = run(['--test', path('./programs/node-test.ts')], { ONLY: 'append/' })
    expect(status).toBe(1)
    expect(stdout).toMatch(/append\/order: gives items back/)
    expect(stdout).toContain('Right & <good>: 10 passed, 0 failed, 1 skipped')
    expect(stdout).toMatch(/^\S+ skipped 2$/m)
    expect(stdout).toContain("again: node --test --test-name-pattern='append/order:'")
  })

  it('fails the case, or the suite where the case has ended, for what fails in the background', () => {
    const { status, stdout } = run(['--test', path('./programs/background-node-test.ts')])
    expect(status).toBe(1)
    expect(stdout).toContain('fails to close: 1 passed, 6 failed, 0 skipped')
    expect(stdout).toContain('fails later: 6 passed, 1 failed, 0 skipped')
    expect(stdout).toContain('limit/newest passed, and then failed.')
  })
})

describe('the binding to vitest', () => {
  it('makes a test of each case, and says how one that failed is run again, alone', () => {
    mkdirSync(path('../.snippets'), { recursive: true })
    const folder = mkdtempSync(path('../.snippets/vitest-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const program = `
      import { describeConformance } from '@sessions/core/conformance/vitest'
      import harnesses from '../../test/programs/harness.ts'
      const names = ["what's (right)", "what's (wrong)"]
      for (const [index, harness] of (await harnesses()).entries()) {
        describeConformance({ ...harness, name: names[index] }, { only: 'append/' })
      }`
    writeFileSync(join(folder, 'kit.test.ts'), program)
    const vitest = (...parameters: string[]) => run([vitestBin, 'run', '--root', folder, ...parameters])
    const all = vitest()
    expect(all.status).toBe(1)
    expect(all.stdout).toContain("what's (right): 10 passed, 0 failed, 1 skipped")
    const [, pattern = ''] = /again: vitest run -t '([^']+append\/order:)'/.exec(all.stdout) ?? []
    expect(vitest('-t', pattern).stdout).toMatch(/Tests +1 failed \| \d+ skipped/)
  })
})

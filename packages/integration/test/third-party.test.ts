import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ConformanceReport } from '@sessions/core/conformance'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pack } from '../../../scripts/pack.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
/** A stranger's folder: their adapter, plain npm, and the tarball that would be published. */
const home = mkdtempSync(join(tmpdir(), 'sessions-third-party-'))

async function run(command: string, ...parameters: string[]): Promise<string> {
  const { NODE_TEST_CONTEXT: _, VITEST: __, ...env } = process.env
  const { stdout } = await promisify(execFile)(command, parameters, { cwd: home, env, timeout: 100_000 })
  return stdout
}

beforeAll(async () => {
  cpSync(join(root, 'examples/third-party-adapter'), home, { recursive: true })
  const tarball = pack(join(root, 'packages/core'), home)
  await run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', tarball)
}, 120_000)
afterAll(() => rmSync(home, { recursive: true, force: true }))

const passed = /LMDBStore: \d{3} passed, 0 failed, 12 skipped/

describe('an adapter that was written outside, installed from the packed tarball', () => {
  it('is certified by the bin, with no test runner', { timeout: 120_000 }, async () => {
    const files = ['--json', 'report.json', '--junit', 'report.xml', '--badge', 'badge.svg']
    const verdict = await run('npm', 'run', '--silent', 'certify', '--', ...files)
    expect(verdict).toMatch(passed)
    const report: ConformanceReport = JSON.parse(readFileSync(join(home, 'report.json'), 'utf8'))
    expect(report).toMatchObject({ adapter: 'LMDBStore', version: '1.0.0', ok: true, seed: 1, steps: 300 })
    expect(report.cases.filter(({ id, status }) => id.startsWith('model/') && status !== 'pass')).toEqual([])
    expect(readFileSync(join(home, 'report.xml'), 'utf8')).toContain('failures="0"')
    expect(readFileSync(join(home, 'badge.svg'), 'utf8')).toContain('sessions conformance')
  })

  it('is certified by vitest', { timeout: 120_000 }, async () => {
    expect(await run('npm', 'run', '--silent', 'test:vitest')).toMatch(passed)
  })

  it('is certified by node:test', { timeout: 120_000 }, async () => {
    expect(await run('npm', 'run', '--silent', 'test:node')).toMatch(passed)
  })

  it('goes on without fast-check, and says which cases it skips for that', { timeout: 120_000 }, async () => {
    await run('npm', 'uninstall', '--no-audit', '--no-fund', '--loglevel=error', 'fast-check')
    const verdict = await run('npm', 'run', '--silent', 'certify', '--', '-t', 'model/')
    expect(verdict).toContain('LMDBStore: 1 passed, 0 failed, 2 skipped')
    expect(verdict).toContain(
      'skip model/commands, model/interleavings: fast-check is not installed: npm install --save-dev fast-check',
    )
  })
})

import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConformanceReport } from '@sessions/core/conformance'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all, oldestPeer } from './matrix.ts'
import { root, Stranger } from './stranger.ts'

/** Their adapter in their folder, with plain npm. */
const stranger = new Stranger()
const npmRun = (script: string, ...parameters: string[]): Promise<string> =>
  stranger.run('npm', ['run', '--silent', script, '--', ...parameters])
beforeAll(async () => {
  cpSync(join(root, 'examples/third-party-adapter'), stranger.home, { recursive: true })
  await stranger.npmInstall()
})
afterAll(() => stranger[Symbol.dispose]())

const passed = /LMDBStore: \d{3} passed, 0 failed, \d+ skipped/

describe('an adapter that was written outside, installed from the registry', () => {
  it('is certified by the bin, with no test runner', async () => {
    const files = ['--json', 'report.json', '--junit', 'report.xml', '--badge', 'badge.svg']
    const verdict = await npmRun('certify', ...files)
    expect(verdict).toMatch(passed)
    const report: ConformanceReport = JSON.parse(readFileSync(join(stranger.home, 'report.json'), 'utf8'))
    expect(report).toMatchObject({ adapter: 'LMDBStore', version: '1.0.0', ok: true, seed: 1, steps: 300 })
    expect(report.cases.filter(({ id, status }) => id.startsWith('model/') && status !== 'pass')).toEqual([])
    expect(readFileSync(join(stranger.home, 'report.xml'), 'utf8')).toContain('failures="0"')
    expect(readFileSync(join(stranger.home, 'badge.svg'), 'utf8')).toContain('sessions conformance')
  })

  // The whole kit, as by the bin, where all is asked for.
  it('is certified by vitest', async () => {
    const some = all ? [] : ['-t', 'transactions/']
    expect(await npmRun('test:vitest', ...some)).toMatch(/LMDBStore: \d{2,} passed, 0 failed/)
  })

  const vitest = `vitest@${oldestPeer('packages/core', 'vitest')}`
  if (all) {
    it(`is certified by ${vitest}, the oldest that we support`, async () => {
      await stranger.npmInstall('--save-dev', vitest)
      expect(await npmRun('test:vitest')).toMatch(passed)
    })
  }

  it('is certified by node:test', async () => {
    expect(await npmRun('test:node')).toMatch(passed)
  })

  it('goes on without fast-check, and says which cases it skips for that', async () => {
    await stranger.run('npm', ['uninstall', '--no-audit', '--no-fund', '--loglevel=error', 'fast-check'])
    const verdict = await npmRun('certify', '-t', 'model/')
    expect(verdict).toContain('LMDBStore: 1 passed, 0 failed, 2 skipped')
    expect(verdict).toContain(
      'skip model/commands, model/interleavings: fast-check is not installed: npm install --save-dev fast-check',
    )
  })
})

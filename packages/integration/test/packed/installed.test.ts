import { readdirSync, readFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  bareProgram,
  bothBuildsPrint,
  bothBuildsProgram,
  driverProgram,
  kitHarness,
  webProgram,
  webProgramPrints,
} from './programs.ts'
import { Stranger } from './stranger.ts'

/** One project with all packages, and nothing else. */
const stranger = new Stranger()
const packages = ['core', 'encrypted', 'redis', 'sql', 'sqlite']
beforeAll(() => stranger.npmInstall(...packages.map((name) => `@sessions/${name}`)))
afterAll(() => stranger[Symbol.dispose]())

it('brings what the adapters need, and nothing of the SDK', () => {
  const installed = readdirSync(join(stranger.home, 'node_modules'))
  expect(installed).toEqual(expect.arrayContaining(['better-sqlite3', 'redis', 'sequelize']))
  expect(installed).not.toContain('@openai')
  expect(installed).not.toContain('vitest')
  for (const driver of ['pg', 'mariadb', 'mysql2', 'sqlite3']) expect(installed).not.toContain(driver)
  expect(readdirSync(join(stranger.home, 'node_modules/@sessions'))).toEqual(packages)
})

it('runs no script when it is installed', () => {
  const { packages: locked } = JSON.parse(readFileSync(join(stranger.home, 'package-lock.json'), 'utf8'))
  const withScripts = Object.keys(locked).filter((name) => locked[name].hasInstallScript === true)
  expect(withScripts).toEqual([])
})

it.each(['core', 'encrypted'])(
  'imports no Node built-in from the main entry of %s, nor from what that imports',
  (name) => {
    const seen = new Map<string, string[]>()
    const visit = (file: string): void => {
      if (seen.has(file)) return
      const specifiers = [
        ...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^'"`;:=(]*['"]([^'"]+)['"]/gm),
      ].map(([, specifier = '']) => specifier)
      seen.set(file, specifiers)
      expect(readFileSync(file, 'utf8'), `${file} imports at run time`).not.toMatch(/^[^*/]*\b(import|require)\(/m)
      for (const specifier of specifiers) {
        expect(isBuiltin(specifier), `${file} imports ${specifier}`).toBe(false)
        visit(createRequire(file).resolve(specifier))
      }
    }
    visit(join(stranger.home, 'node_modules/@sessions', name, 'dist/index.js'))
    expect(seen.size).toBeGreaterThan(name === 'core' ? 15 : 40)
  },
)

it('encrypts in a runtime that has neither process nor Buffer', async () => {
  stranger.write('web.mjs', webProgram)
  stranger.write('bare.mjs', bareProgram)
  expect(await stranger.run(process.execPath, ['bare.mjs'])).toBe(webProgramPrints)
})

it('works across its two builds, where a tool has loaded both', async () => {
  stranger.write('both.mjs', bothBuildsProgram)
  expect(await stranger.run(process.execPath, ['both.mjs'])).toBe(bothBuildsPrint)
})

it('runs the kit against the packed adapter, real child processes included', async () => {
  stranger.write('harness.mjs', kitHarness)
  const verdict = await stranger.run(process.execPath, ['harness.mjs'])
  expect(verdict).toMatch(
    /^packed: \d+ passed, 0 failed, \d+ skipped\n(.*\n)* {2}skip model\/.*: fast-check is not installed/,
  )
})

it('names the driver that a dialect needs and that is not installed', async () => {
  stranger.write('driver.mjs', driverProgram)
  const needs = (dialect: string, name: string): string =>
    `SESSION_BACKEND The driver of ${dialect} is missing: npm install ${name}\n`
  expect(await stranger.run(process.execPath, ['driver.mjs'])).toBe(
    needs('postgres', 'pg') + needs('mysql', 'mysql2') + needs('mariadb', 'mariadb') + needs('sqlite', 'sqlite3'),
  )
})

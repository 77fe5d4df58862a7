import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
/** Every file that is run: those that say how. What others export runs nothing. */
const scripts = [...globSync('scripts/*.ts', { cwd: root }), 'packages/bench/src/index.ts'].filter(
  (file) => file !== 'scripts/command-line.ts' && /\bcommandLine\(/.test(readFileSync(root + file, 'utf8')),
)

function run(file: string, ...words: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...words], { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr })
    })
  })
}

describe('the scripts', () => {
  it('read the command line in one way', () => {
    const others = globSync('scripts/**/*.ts', { cwd: root }).filter(
      (file) => file !== 'scripts/command-line.ts' && readFileSync(root + file, 'utf8').includes('process.argv'),
    )
    expect(others).toEqual([])
    const commands: string[] = Object.values(JSON.parse(readFileSync(`${root}package.json`, 'utf8')).scripts)
    const run = commands.flatMap((command) => [...command.matchAll(/node (scripts\/\S+\.ts)/g)].map(([, file]) => file))
    expect(run.filter((file) => !scripts.includes(String(file)))).toEqual([])
  })

  it.concurrent.each(scripts)('%s: explains itself, and refuses what it does not know', async (file) => {
    const help = await run(file, '--help')
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Usage: (pnpm|node) /) })
    const { code, stdout, stderr } = await run(file, '--no-such-option')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^Unknown option '--no-such-option'\.\n\nUsage: /)
  })

  it.concurrent.each([
    ['conformance', ['sqlite', '-t', 'typo'], /begins with "typo".*append\//s],
    ['conformance', ['nobody'], /"nobody".*redis, sql, sqlite/s],
    ['check', ['--except'], /argument missing.*lint, types/s],
    ['check', ['--except', 'lint', 'typos'], /"typos".*lint, types/s],
    ['dev', [], /Name a package.*sqlite/s],
    ['kill-matrix', ['reads-lek'], /"reads-lek"\. There are .*reads-leak/s],
    ['new-adapter', ['sqlite'], /packages\/sqlite exists/],
    ['new-adapter', ['My_DB'], /"My_DB" is no name.*lower case/s],
    ['test', ['--filter', 'sqlite'], /"sqlite".*@sessions\/sqlite/s],
    ['test-packed', ['all'], /"all".*--all/s],
  ])('%s %j: says what is wrong and what there is', async (name, words, said) => {
    const { code, stdout, stderr } = await run(`scripts/${name}.ts`, ...words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(said)
    expect(stderr).not.toMatch(/^ +at /m)
  })
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { Stranger } from './stranger.ts'

const stranger = new Stranger()
beforeAll(() => stranger.npmInstall('@sessions/cli'))
afterAll(() => stranger[Symbol.dispose]())

const program = 'node_modules/@sessions/cli/dist/cli.js'

it('has its bin, and says what to install where no adapter is there', async () => {
  expect(await stranger.run('ls', ['node_modules/.bin'])).toMatch(/^sessions$/m)
  const adapters = { 'sqlite:a.db': 'sqlite', 'postgres://localhost/a': 'sql', 'redis://localhost': 'redis' }
  for (const [url, name] of Object.entries(adapters)) {
    const told = stranger.run(process.execPath, [program, 'import', '-', '-s', url])
    await expect(told).rejects.toThrow(`@sessions/${name} is not installed here: npm install @sessions/${name}`)
  }
})

it('prints its help in no more than four times what starting Node takes', async () => {
  const took = async (...parameters: string[]): Promise<number> => {
    const begin = performance.now()
    await stranger.run(process.execPath, parameters)
    return performance.now() - begin
  }
  const [help, node]: [number[], number[]] = [[], []]
  // One after the other, so that both meet the same machine; the quickest is the one that nobody held up.
  for (let round = 0; round < 10; round++) {
    help.push(await took(program, '--help'))
    node.push(await took('-e', '0'))
  }
  expect(Math.min(...help) / Math.min(...node)).toBeLessThanOrEqual(4)
})

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
    // Where pnpm runs the tests, it says by this variable where packages of the workspace are.
    const told = stranger.run(process.execPath, [program, 'import', 'package.json', '-s', url], { NODE_PATH: '' })
    await expect(told).rejects.toThrow(`@sessions/${name} is not installed here: npm install @sessions/${name}`)
  }
})

it.each([
  ...[
    'ls',
    'show a',
    'tail a',
    'grep x',
    'stats',
    'export',
    'import package.json',
    'verify',
    'rm a --yes',
    'ping',
    'doctor',
  ],
  ...[
    'prune --prefix a --yes',
    'fork a b',
    'rewind a --turns 1 --yes',
    'rekey --key file:package.json',
    'schema --check',
  ],
  'copy env:SESSIONS_URL redis://localhost',
])('%s says what to install where its adapter is not', async (line) => {
  const env = { NODE_PATH: '', SESSIONS_URL: 'postgres://localhost/a' }
  const told = stranger.run(process.execPath, [program, ...line.split(' ')], env)
  await expect(told).rejects.toThrow('@sessions/sql is not installed here: npm install @sessions/sql')
})

it('prints its help in no more than four times what starting Node takes', async () => {
  // In time of the processor, which is the same whoever else is at work.
  const tells = "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.log(user + system) })"
  const took = async (...parameters: string[]): Promise<number> => {
    const printed = await stranger.run(process.execPath, ['--import', `data:text/javascript,${tells}`, ...parameters])
    const time = Number(printed.trim().split('\n').at(-1))
    expect(time).toBeGreaterThan(0)
    return time
  }
  const [help, node]: [number[], number[]] = [[], []]
  for (let round = 0; round < 10; round++) {
    help.push(await took(program, '--help'))
    node.push(await took('-e', '0'))
  }
  expect(Math.min(...help) / Math.min(...node)).toBeLessThanOrEqual(4)
})

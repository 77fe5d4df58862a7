import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPostgres, startRedis } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { snippetsOf } from './snippets.ts'

const document = 'docs/operations.md'
const text = readFileSync(fileURLToPath(new URL(`../../../${document}`, import.meta.url)), 'utf8')
const project = fileURLToPath(new URL('..', import.meta.url))
mkdirSync(join(project, '.snippets'), { recursive: true })
// Inside the package, so that imports resolve as they do for a user who installed these packages.
const folder = mkdtempSync(join(project, '.snippets/operations-'))
const [postgres, redis] = await Promise.all([startPostgres(), startRedis({ own: true })])
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await Promise.all([postgres.stop(), redis.stop()])
})

/** The tools of databases that a command of the document uses, in versions that go with the servers here. */
const tools = ['sqlite3', 'pg_dump', 'redis-cli', 'redis-server', 'curl']

/** What this machine cannot run, for want of a tool or of a newer one. */
function unavailable(command: string): string | undefined {
  return tools.find((tool) => command.includes(tool) && !isAvailable(tool))
}

function isAvailable(tool: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`])
    return tool !== 'pg_dump' || isDumping()
  } catch {
    return false
  }
}

/** One that is older than the server refuses. */
function isDumping(): boolean {
  execFileSync('pg_dump', ['--schema-only', postgres.url], { stdio: 'ignore' })
  return true
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

it('is walked through word by word', async () => {
  const names = snippetsOf(document).map((code) => {
    const name = /^\/\/ ([\w-]+\.ts)/.exec(code)?.[1] ?? ''
    writeFileSync(join(folder, name), code)
    return name
  })
  expect(new Set(names).size).toBe(names.length)
  expect(names).not.toContain('')
  const [health, restored] = [await freePort(), await freePort()]
  const commands = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
  const left = commands.filter((command) => unavailable(command) !== undefined)
  for (const command of left) console.info(`without ${unavailable(command)}:\n${command}`)
  const steps = commands.filter((command) => !left.includes(command))
  const script = steps.join('\n').replaceAll('8080', `${health}`).replaceAll('6399', `${restored}`)
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: {
      ...process.env,
      // The node that these tests run by.
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      DATABASE_URL: await postgres.createDatabase(),
      RESTORED_DATABASE_URL: await postgres.createDatabase(),
      REDIS_URL: redis.url,
    },
  })
  const lines = stdout.split('\n')
  const moved = lines.filter((line) => line.includes('are the same:')).map((line) => line.match(/\d+/g)?.map(Number))
  expect(moved.map((counts) => counts?.slice(0, 3).reduce((sum, count) => sum + count))).toEqual([50, 50, 50])
  expect(moved.map((counts) => counts?.[0])).toEqual([50, 0, 0])
  const rekeyed = Number(/^(\d+) items of 50 sessions are under the new key now$/m.exec(stdout)?.[1])
  const written = moved.reduce((sum, counts) => sum + (counts?.[3] ?? 0), 0)
  // What was moved, and what the application wrote to the new store.
  expect(rekeyed).toBe(written + 50)
  const verified = lines.filter((line) => line.includes('findings'))
  expect(new Set(verified)).toEqual(new Set(['0 findings in 50 sessions']))
  expect(lines.filter((line) => line === `50 sessions were restored, 0 were there: ${rekeyed} records`)).toHaveLength(3)
  expect(lines.filter((line) => line.startsWith('0 sessions were last changed 30 days ago'))).toHaveLength(2)
  if (isAvailable('curl')) expect(lines).toContain('ok')
})

it('deletes by its program what is older than so many days', async () => {
  const env = { ...process.env, STORE_URL: 'sqlite:conversations.db' }
  const run = promisify(execFile)
  const dry = await run(process.execPath, ['prune.ts', '0', '--dry-run'], { cwd: folder, env })
  expect(dry.stdout).toBe('50 sessions were last changed 0 days ago or earlier\n')
  const { stdout } = await run(process.execPath, ['prune.ts', '0'], { cwd: folder, env })
  expect(stdout).toBe('50 sessions were last changed 0 days ago or earlier, and are deleted\n')
})

it('schedules the program that is there', () => {
  const schedules = [...text.matchAll(/^```(?:text|ini|yaml)\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
  expect(schedules.filter((code) => /node prune\.ts 30|\[node, prune\.ts, '30'\]/.test(code))).toHaveLength(3)
  expect(snippetsOf(document).some((code) => code.startsWith('// prune.ts'))).toBe(true)
})

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '@sessions/test-servers'
import { expect, it } from 'vitest'

it('the Drizzle recipe commits an order and its conversation together, and takes back both where the order is refused', async () => {
  const postgres = await startPostgres()
  const program = fileURLToPath(new URL('../../../examples/recipes/drizzle.ts', import.meta.url))
  const env = { ...process.env, DATABASE_URL: await postgres.createDatabase() }
  const printed = execFileSync(process.execPath, [program], { encoding: 'utf8', env })
  expect(printed).toBe(
    "refused [ { id: 'order_1', pieces: 2 } ] [ { role: 'user', content: '2 of these: order_1.' } ]\n",
  )
  await postgres.stop()
})

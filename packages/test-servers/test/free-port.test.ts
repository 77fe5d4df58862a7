import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { onFreePorts } from '../src/machine/free-port.ts'
import { provide } from '../src/machine/provide.ts'
import { redis } from '../src/machine/software.ts'
import { Home } from '../src/process/home.ts'
import { createNode } from '../src/redis/redis-node.ts'

it('starts a server on another port if its own is taken meanwhile', async () => {
  const taken: number[] = []
  const listener = createServer()
  const program = await provide(redis)
  const home = await Home.open()
  const node = await onFreePorts(1, async ([port = 0]) => {
    if (taken.push(port) === 1) await once(listener.listen(port, '127.0.0.1'), 'listening')
    const created = await createNode(home, program, port, {})
    await created.start()
    return created
  })
  expect(taken).toEqual([expect.any(Number), node.port])
  await home.remove()
  listener.close()
})

import { rounds, startRedis } from '@sessions/test-servers'
import { expect, it } from 'vitest'
import { figuresOfRestarts, record } from './support/writers.ts'

const kills = rounds(5, 2)

it.each(['everysec', 'always'])(
  'keeps what was acknowledged when the server is killed and started, with appendfsync %s',
  async (appendfsync) => {
    await using server = await startRedis({ own: true, settings: { appendonly: 'yes', appendfsync } })
    const figures = await figuresOfRestarts(server, { kind: 'single', url: server.url }, kills)
    record(`SIGKILL and restart ${kills} times, appendfsync ${appendfsync}`, figures)
    // The kernel has what the process wrote: everysec loses only where the machine goes down too.
    expect(figures).toMatchObject({ duplicated: 0, lost: 0, denied: 0 })
  },
)

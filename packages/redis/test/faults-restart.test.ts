import { rounds, startRedis } from '@sessions/test-servers'
import { expect, it, onTestFinished } from 'vitest'
import { record, Writers } from './support/writers.ts'

const kills = rounds(5, 2)

it.each(['everysec', 'always'])(
  'keeps what was acknowledged when the server is killed and started, with appendfsync %s',
  async (appendfsync) => {
    await using server = await startRedis({ own: true, settings: { appendonly: 'yes', appendfsync } })
    const writers = new Writers(
      { kind: 'single', url: server.url },
      { retries: 8, busyTimeoutMs: 1_000, timeoutMs: 1_000 },
      2,
    )
    onTestFinished(() => writers.kill())
    for (let round = 0; round < kills; round++) {
      await writers.progress(20)
      await server.kill()
      await server.start()
    }
    await writers.progress(20)
    const figures = await writers.stop()
    record(`SIGKILL and restart ${kills} times, appendfsync ${appendfsync}`, figures)
    // The kernel has what the process wrote: everysec loses only where the machine goes down too.
    expect(figures).toMatchObject({ duplicated: 0, lost: 0, denied: 0 })
  },
)

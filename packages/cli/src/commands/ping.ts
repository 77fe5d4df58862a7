import { defineCommand } from '../command/command.ts'
import { Failure } from '../exit-codes.ts'

/** What a health check waits for, in milliseconds, where nothing else is said. */
const defaultTimeoutMs = 5_000

export const ping = defineCommand({
  about: 'For health checks. Exits with 4 where there is no answer in time: 5 seconds, or --timeout.',
  options: {},
  store: 'read',
  json: '{ ok: true, milliseconds: number }',
  examples: [['sessions ping -s env:DATABASE_URL --timeout 2000', 'in a readiness probe']],
  async run({ values, out, open, signal }) {
    const { timeout = defaultTimeoutMs } = values as { timeout?: number }
    const limit = AbortSignal.timeout(timeout)
    const begin = performance.now()
    try {
      const { store } = await open()
      await store.ping({ signal: AbortSignal.any([signal, limit]) })
    } catch (error) {
      if (!limit.aborted) throw error
      throw new Failure('unavailable', `There was no answer within ${timeout} ms.`, { cause: error })
    }
    const milliseconds = Math.round(performance.now() - begin)
    if (out.json) await out.value({ ok: true, milliseconds })
    else await out.line(`It answers, after ${milliseconds} ms.`)
    return undefined
  },
})

import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { contendersOf, type Found } from '../../bench/src/peers/find.ts'
import type { BackendResults, Result } from '../../bench/src/peers/results.ts'
import { runBackend } from '../../bench/src/peers/run-backend.ts'

const sizes = { long: 120, middle: 30, sessions: 10, clients: 3, open: 10, roundMs: 50 }

/** Through the same processes and messages as `pnpm bench peers`, without its peers. */
async function measured(found: readonly Found[]): Promise<BackendResults> {
  return runBackend(found, { sizes, rounds: 1, node: { arguments: [] }, say: () => {} })
}

function of({ results }: BackendResults, name: string): Result[] {
  return results.filter(({ contender }) => contender === name)
}

/** What a contender does not offer. By hand there is no object for a session; Python's statements come without the SDK that has the class. */
const notOffered: Readonly<Record<string, readonly string[]>> = {
  ours: [],
  'ours, encrypted': [],
  'by hand': ['memory'],
  "Python's SQLiteSession, its statements": ['first-call', 'memory'],
}

it('measures our store, the same work by hand and that of Python with every workload', async () => {
  const found = await contendersOf('sqlite', false)
  expect(found.map(({ contender }) => contender.name)).toEqual(Object.keys(notOffered))
  const run = await measured(found)
  expect(run.contenders.filter(({ failed }) => failed !== undefined)).toEqual([])
  for (const { contender } of found) {
    const results = of(run, contender.name)
    expect(results.map(({ workload }) => workload)).toEqual(run.workloads.map(({ id }) => id))
    expect(results.filter(({ failed, wrong }) => failed !== undefined || wrong !== undefined)).toEqual([])
    const without = results.filter(({ missing }) => missing).map(({ workload }) => workload)
    expect(without).toEqual(notOffered[contender.name])
  }
  expect(
    of(run, 'ours')
      .filter(({ stops }) => stops !== undefined)
      .map(({ workload }) => workload),
  ).toEqual(['at-once', 'awaited'])
})

it('does not time who gives back other items, or in another order', async () => {
  const file = fileURLToPath(new URL('programs/forgetful-contender.ts', import.meta.url))
  const { contender } = await import('./programs/forgetful-contender.ts')
  const run = await measured([{ contender, file, versions: {} }])
  const results = Object.fromEntries(of(run, 'forgetful').map((result) => [result.workload, result]))
  expect(results['append-10']).toMatchObject({ wrong: 'item 11 stands at place 1' })
  expect(results['last-20']).toMatchObject({ wrong: 'item 11 stands at place 1' })
  expect(results.pop).toMatchObject({ missing: true })
  // One item has no order.
  expect(results['at-once']).toMatchObject({ rounds: [expect.any(Number)] })
  expect(Object.values(results).filter(({ wrong, rounds }) => wrong !== undefined && rounds !== undefined)).toEqual([])
})

it('goes on without a contender whose program is not on this machine, or whose process dies', async () => {
  const [ours] = await contendersOf('sqlite', false)
  const absent = { name: 'absent', backend: 'sqlite', packages: [], command: ['no-such-program'] } as const
  const dying = { name: 'dying', backend: 'sqlite', packages: [], command: ['false'] } as const
  const found = [ours, { contender: absent, file: '', versions: {} }, { contender: dying, file: '', versions: {} }]
  const run = await measured(found.filter((each) => each !== undefined))
  expect(run.contenders).toMatchObject([
    { name: 'ours' },
    { name: 'absent', skipped: 'no no-such-program' },
    { name: 'dying', failed: expect.stringContaining('ended') },
  ])
  expect(new Set(run.results.map(({ contender }) => contender))).toEqual(new Set(['ours']))
})

it('looks at the newest items apart from all of them', async () => {
  const file = fileURLToPath(new URL('programs/stale-contender.ts', import.meta.url))
  const { contender } = await import('./programs/stale-contender.ts')
  const results = of(await measured([{ contender, file, versions: {} }]), 'stale')
  const bad = results.filter(({ wrong }) => wrong !== undefined)
  expect(bad).toEqual([{ contender: 'stale', workload: 'last-20', wrong: 'item 1 is none of those expected' }])
})

import { SQLStore } from '@sessions/sql'
import { rounds, startPostgres } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { report, tally, unharmed } from './support/figures.ts'
import { Writer } from './support/writer.ts'

const server = await startPostgres({ own: true })
afterAll(() => server.stop())
const crashes = rounds(20, 5)
const size = 3
const names = ['a', 'b', 'c', 'd']

async function startWriters(url: string, retries: number): Promise<Writer[]> {
  // The first one makes the tables.
  const first = await Writer.start({ url, sessionId: 's', writer: 'a', size, retries })
  const others = names.slice(1).map((writer) => Writer.start({ url, sessionId: 's', writer, size, retries }))
  return [first, ...(await Promise.all(others))]
}

async function contents(url: string): Promise<string[]> {
  await using store = new SQLStore({ url })
  return (await store.session<{ content: string }>('s').getItems()).map(({ content }) => content)
}

function acknowledged(writers: readonly Writer[]): string[] {
  return writers.flatMap((writer) => writer.acknowledged.map((batch) => `${writer.name}/${batch}`))
}

it('loses and doubles nothing while the server crashes under four processes', async () => {
  const url = await server.createDatabase()
  const writers = await startWriters(url, 30)
  await using stack = new AsyncDisposableStack()
  for (const writer of writers) stack.use(writer).begin()
  for (let crash = 0; crash < crashes; crash++) {
    await Promise.all(writers.map((writer) => writer.acknowledge(10 + crash)))
    await server.stopImmediately()
    await server.start()
  }
  await Promise.all(writers.map((writer) => writer.acknowledge(10)))
  await Promise.all(writers.map((writer) => writer.end()))

  expect(writers.flatMap(({ failed }) => failed)).toEqual([])
  const figures = tally(crashes, acknowledged(writers), await contents(url), size)
  report('postgres-crashes', figures)
  expect(figures).toMatchObject(unharmed)
  expect(figures.found).toBe(figures.acknowledged)
})

it('says of each append that failed in a crash whether it may be there', async () => {
  const url = await server.createDatabase()
  const writers = await startWriters(url, 0)
  await using stack = new AsyncDisposableStack()
  for (const writer of writers) stack.use(writer).begin()
  for (let crash = 0; crash < 8; crash++) {
    await Promise.all(writers.map((writer) => writer.acknowledge(10 + crash)))
    await server.stopImmediately()
    await Promise.all(writers.map((writer) => writer.fail(2)))
    await server.start()
  }
  await Promise.all(writers.map((writer) => writer.acknowledge(10)))
  await Promise.all(writers.map((writer) => writer.end()))

  const items = await contents(url)
  const found = new Set(items.map((content) => content.slice(0, content.lastIndexOf('/'))))
  const failures = writers.flatMap(({ name, failed }) =>
    failed.map((each) => ({ ...each, found: found.has(`${name}/${each.failed}`) })),
  )
  const ambiguous = failures.filter((failure) => failure.ambiguous)
  const certain = failures.filter((failure) => !failure.ambiguous)
  const figures = tally(8, acknowledged(writers), items, size)
  report('postgres-crashes-without-retries', {
    ...figures,
    failed: failures.length,
    ambiguous: ambiguous.length,
    ambiguousFound: ambiguous.filter((failure) => failure.found).length,
  })
  expect(failures.filter(({ code, retryable }) => code !== 'SESSION_UNAVAILABLE' || !retryable)).toEqual([])
  expect(certain.filter((failure) => failure.found)).toEqual([])
  expect(ambiguous.length).toBeGreaterThan(0)
  expect(certain.length).toBeGreaterThan(0)
  expect(figures).toMatchObject(unharmed)
  expect(figures.found).toBe(figures.acknowledged + ambiguous.filter((failure) => failure.found).length)
})

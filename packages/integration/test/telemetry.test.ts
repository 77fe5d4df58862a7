import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { context, metrics, SpanKind, trace } from '@opentelemetry/api'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { MemoryStore, type SessionStore, traceSessionIds } from '@sessions/core'
import { EncryptedStore } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { BindableContextManager, instrumentSessions } from '../../../examples/recipes/telemetry.ts'

const exporter = new InMemorySpanExporter()
const contextManager = new BindableContextManager().enable()
context.setGlobalContextManager(contextManager)
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter: measured })
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
const stop = instrumentSessions({ contextManager, system: 'sqlite' })
afterAll(stop)
beforeEach(() => exporter.reset())

const tracer = trace.getTracer('app')
const secret = 'what nobody but the two of them may read'
const encryptionKey = randomBytes(32).toString('base64')

/** A request of its own, in which a conversation goes on over several turns of the event loop. */
async function request(store: SessionStore, id: string): Promise<void> {
  await tracer.startActiveSpan(`POST /${id}`, async (span) => {
    const session = store.session(id)
    await session.addItems([{ role: 'user', content: secret }])
    await new Promise(setImmediate)
    await session.getItems()
    for await (const _ of session.items()) await new Promise(setImmediate)
    await session.exclusive(({ session: held }) => held.addItems([{ role: 'user', content: secret }]))
    span.end()
  })
}

function parentOf(span: ReadableSpan, spans: readonly ReadableSpan[]): ReadableSpan | undefined {
  return spans.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId)
}

it.each([
  { name: 'SQLite', open: () => new SQLiteStore() },
  { name: 'encryption', open: () => new EncryptedStore({ store: new MemoryStore(), ownsStore: true, encryptionKey }) },
])(
  'every call is a span beneath the request that made it, also where requests run at once, on $name',
  async ({ open }) => {
    await using store = open()
    const ids = ['ada', 'bob', 'eve']
    await Promise.all(ids.map((id) => request(store, id)))
    const spans = exporter.getFinishedSpans()
    for (const id of ids) {
      const root = spans.find(({ name }) => name === `POST /${id}`)
      const own = spans.filter((span) => span.attributes['gen_ai.conversation.id'] === id)
      expect(own.map(({ attributes }) => attributes['db.operation.name'])).toEqual(
        expect.arrayContaining(['addItems', 'getItems', 'items', 'lease', 'commit', 'read']),
      )
      for (const span of own) {
        expect(span.spanContext().traceId).toBe(root?.spanContext().traceId)
        const parent = parentOf(span, spans)
        expect([root, ...own]).toContain(parent)
        // What a session asks of its store lies within its own call; it is held between calls.
        if (span.kind === SpanKind.CLIENT && span.attributes['db.operation.name'] !== 'lease')
          expect(own).toContain(parent)
      }
    }
    expect(
      JSON.stringify(spans.map(({ name, attributes, events, status }) => [name, attributes, events, status])),
    ).not.toContain(secret)
  },
)

it('a call that fails says by what code, and nothing of what it was given', async () => {
  const store = new SQLiteStore()
  await store.close()
  await expect(store.session('ada').addItems([{ role: 'user', content: secret }])).rejects.toThrow()
  const failed = exporter.getFinishedSpans().filter(({ attributes }) => attributes['error.type'] !== undefined)
  expect(failed.map(({ attributes }) => attributes['error.type'])).toContain('SESSION_CLOSED')
})

it('ids that are names are hashed where the process says so', async () => {
  traceSessionIds('hashed', 'a secret of the deployment')
  try {
    await using store = new SQLiteStore()
    await store.session('ada@example.org').getItems()
    const ids = exporter.getFinishedSpans().map(({ attributes }) => attributes['gen_ai.conversation.id'])
    expect(ids.length).toBeGreaterThan(0)
    expect(JSON.stringify(ids)).not.toContain('ada')
  } finally {
    traceSessionIds('plain')
  }
})

it('counts and times each call, under the names that docs/telemetry.md has for Prometheus', async () => {
  await using store = new MemoryStore()
  await request(store, 'zoe-4711')
  // One call that is done again, since somebody else was faster.
  const session = store.session('again')
  await session.addItems([{ role: 'user', content: secret }])
  await session.getItems()
  await store.records.commit('again', { append: ['{}'] })
  await session.popItem()
  await reader.forceFlush()
  const resourceMetrics = measured.getMetrics().at(-1)
  if (resourceMetrics === undefined) throw new Error('Nothing was measured.')
  const text = new PrometheusSerializer().serialize(resourceMetrics)
  for (const operation of ['addItems', 'getItems', 'items', 'lease']) {
    expect(text).toMatch(new RegExp(`^db_client_operation_duration_count\\{.*db_operation_name="${operation}"`, 'm'))
  }
  expect(text).not.toContain('zoe-4711')

  const document = readFileSync(new URL('../../../docs/telemetry.md', import.meta.url), 'utf8')
  const named = (pattern: RegExp): string[] => [...document.matchAll(pattern)].map(([, name = '']) => name)
  const metricNames = named(/\b(db_client_\w+_(?:bucket|count|sum)|sessions_\w+_total)\b/g)
  expect(metricNames.length).toBeGreaterThan(5)
  for (const name of metricNames) expect(text).toMatch(new RegExp(`^${name}\\{`, 'm'))
  const labels = named(/`((?:db|sessions|error)_\w+)`/g).filter((name) => !metricNames.includes(name))
  expect(labels).toEqual(expect.arrayContaining(['db_system_name', 'error_type']))
  for (const label of labels) expect(text).toContain(`${label}="`)
  const attributes = new Set(exporter.getFinishedSpans().flatMap((span) => Object.keys(span.attributes)))
  const documented = named(/^\| `([\w.]+)` \|/gm).filter(
    (name) => !name.startsWith('db.client.') && name !== 'sessions.call.retries',
  )
  for (const name of documented.filter((one) => one !== 'error.type')) expect(attributes).toContain(name)
})

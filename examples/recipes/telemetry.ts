// Spans and metrics of sessions with OpenTelemetry: every call of a store or session, beneath the request or run that made it.
//   node examples/recipes/telemetry.ts      prints them, as a collector would get them
import type { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { realpathSync } from 'node:fs'
import { type Context, context, metrics, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { SessionCallContext } from '@sessions/core'

/** OpenTelemetry's own, the default on Node, with its storage in the open: what is bound to it is active across every `await`. */
export class BindableContextManager extends AsyncLocalStorageContextManager {
  get storage(): AsyncLocalStorage<Context> {
    return Reflect.get(this, '_asyncLocalStorage')
  }
}

/** Seconds; those that the semantic conventions for databases advise. */
const buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

export interface TelemetryOptions {
  /** What you gave to the SDK: `new NodeSDK({ contextManager })`. */
  contextManager: BindableContextManager
  /** `db.system.name`: `sqlite`, `postgresql`, `mysql`, `mariadb`, `redis`. */
  system: string
}

/**
 * Makes a span and a measurement of each call from now on, with the names of the semantic conventions for databases and generative AI
 * (https://opentelemetry.io/docs/specs/semconv/db/). Never anything that is stored; ids of sessions as `traceSessionIds` of `@sessions/core` says.
 * @returns what ends it
 */
export function instrumentSessions({ contextManager, system }: TelemetryOptions): () => void {
  const tracer = trace.getTracer('sessions')
  const meter = metrics.getMeter('sessions')
  const duration = meter.createHistogram('db.client.operation.duration', {
    description: 'Duration of calls of sessions and stores.',
    unit: 's',
    advice: { explicitBucketBoundaries: buckets },
  })
  const rows = meter.createHistogram('db.client.response.returned_rows', { unit: '{row}' })
  const retries = meter.createCounter('sessions.call.retries', { unit: '{retry}' })
  const spans = new WeakMap<object, Span>()
  const channel = tracingChannel<Context, SessionCallContext>('sessions:call')

  // Before the call does anything: what happens within finds its span as the active one.
  const begin = (call: SessionCallContext): Context => {
    const span = tracer.startSpan(`${call.adapter}.${call.operation}`, {
      // The session asks a store, and the store a database.
      kind: call.on === 'store' ? SpanKind.CLIENT : SpanKind.INTERNAL,
      attributes: {
        'db.system.name': system,
        'db.operation.name': call.operation,
        ...(call.sessionId !== undefined && { 'gen_ai.conversation.id': call.sessionId }),
      },
    })
    spans.set(call, span)
    return trace.setSpan(context.active(), span)
  }

  const end = (call: SessionCallContext): void => {
    const span = spans.get(call)
    // It began before anybody listened.
    if (span === undefined) return
    const { code, count, bytes, retries: again, durationMs = 0 } = call
    if (count !== undefined) span.setAttribute('db.response.returned_rows', count)
    if (bytes !== undefined) span.setAttribute('sessions.bytes', bytes)
    if (again > 0) span.setAttribute('sessions.retries', again)
    if (code !== undefined) {
      span.setAttribute('error.type', code)
      span.setStatus({ code: SpanStatusCode.ERROR, message: call.error?.message ?? code })
    }
    span.end()

    // No conversation here: a series for each of them would be too many.
    const labels = {
      'db.system.name': system,
      'db.operation.name': call.operation,
      'sessions.on': call.on,
      ...(code !== undefined && { 'error.type': code }),
    }
    duration.record(durationMs / 1_000, labels)
    if (count !== undefined) rows.record(count, labels)
    if (again > 0) retries.add(again, labels)
  }

  channel.start.bindStore(contextManager.storage, begin)
  channel.asyncEnd.subscribe(end as (call: unknown) => void)
  return () => {
    channel.start.unbindStore(contextManager.storage)
    channel.asyncEnd.unsubscribe(end as (call: unknown) => void)
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename) {
  const { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } = await import(
    '@opentelemetry/sdk-trace-base'
  )
  const { SQLiteStore } = await import('@sessions/sqlite')
  const contextManager = new BindableContextManager().enable()
  context.setGlobalContextManager(contextManager)
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] }),
  )
  const stop = instrumentSessions({ contextManager, system: 'sqlite' })
  await using store = new SQLiteStore()
  await trace.getTracer('app').startActiveSpan('POST /chat', async (request) => {
    await store.session('ada').addItems([{ role: 'user', content: 'Hello' }])
    request.end()
  })
  stop()
}

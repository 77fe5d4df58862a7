import { tracingChannel } from 'node:diagnostics_channel'
import type { SessionCallContext } from '@sessions/core'
import { onTestFinished } from 'vitest'

type Event = 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error'
const events = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

/** What is published until the test ends: which event, of which call, and how it looked then. */
export function listen(): { event: Event; context: SessionCallContext; seen: SessionCallContext }[] {
  const heard: ReturnType<typeof listen> = []
  const tracing = tracingChannel('sessions:call')
  for (const event of events) {
    const hear = (context: unknown): void => {
      heard.push({ event, context: context as SessionCallContext, seen: { ...(context as SessionCallContext) } })
    }
    tracing[event].subscribe(hear)
    onTestFinished(() => void tracing[event].unsubscribe(hear))
  }
  return heard
}

/** All that it gives. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of source) all.push(one)
  return all
}

/** The calls that have ended, in that order. */
export function ended(heard: ReturnType<typeof listen>): SessionCallContext[] {
  return heard.filter(({ event }) => event === 'asyncEnd').map(({ seen }) => seen)
}

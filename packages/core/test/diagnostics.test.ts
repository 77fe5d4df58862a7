import { spawnSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { MemoryStore, type SessionCallEvent } from '@sessions/core'
import { FaultyStore } from '@sessions/core/testing'
import { expect, it, onTestFinished } from 'vitest'

function listen(): SessionCallEvent[] {
  const events: SessionCallEvent[] = []
  const onEvent = (event: unknown): void => void events.push(event as SessionCallEvent)
  subscribe('sessions:call', onEvent)
  onTestFinished(() => void unsubscribe('sessions:call', onEvent))
  return events
}

const item = { role: 'user', content: 'a secret' } as const

it('tells subscribers of every call, of its outcome and duration, and nothing of the items', async () => {
  const events = listen()
  const store = new FaultyStore(new MemoryStore())
  const session = store.session('a')
  await session.addItems([item])
  store.failBefore('commit', new Error('no'))
  await expect(session.addItems([item])).rejects.toThrow()
  const ofSession = events.filter(({ on }) => on === 'session')
  expect(ofSession).toEqual([
    { on: 'session', operation: 'addItems', sessionId: 'a', durationMs: expect.any(Number) },
    { on: 'session', operation: 'addItems', sessionId: 'a', durationMs: expect.any(Number), code: 'SESSION_BACKEND' },
  ])
  expect(events.some(({ on, operation }) => on === 'store' && operation === 'commit')).toBe(true)
  expect(JSON.stringify(events)).not.toContain('secret')
})

it('prints the same with NODE_DEBUG=sessions, and nothing without', () => {
  const program = `
    import { MemorySession } from '@sessions/core'
    const session = new MemorySession({ sessionId: 'a' })
    await session.addItems([{ role: 'user', content: 'a secret' }])
    await session.close()
    await session.getItems().catch(({ code }) => code)`
  const printed = (NODE_DEBUG: string): string => {
    const env = { ...process.env, NODE_DEBUG }
    const options = { cwd: import.meta.dirname, env, encoding: 'utf8' } as const
    return spawnSync(process.execPath, ['--input-type=module', '--eval', program], options).stderr
  }
  expect(printed('')).toBe('')
  expect(printed('sessions')).toMatch(/SESSIONS \d+: session\.addItems "a" ok [\d.]+ ms\n/)
  expect(printed('sessions')).toMatch(/session\.getItems "a" SESSION_CLOSED/)
  expect(printed('sessions')).not.toContain('secret')
})

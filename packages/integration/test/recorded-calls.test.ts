import { MemorySession } from '@sessions/core'
import { describe, expect, it } from 'vitest'
import { FourHookSession } from './four-hook-session.ts'
import { describeItem, startingHistory } from './history.ts'
import { recordCalls } from './recording-session.ts'
import { scenarios } from './scenarios/index.ts'
import { expectedHistory } from './scenarios/scenario.ts'

// By `%s`, since a `$name` is cut off after forty characters.
const named = scenarios.map((scenario) => [scenario.name, scenario] as const)

describe('what the runner calls where it', () => {
  describe('finds the optional methods', () => {
    it.each(named)('%s', async (_, scenario) => {
      const session = new MemorySession({ sessionId: 'user_123' })
      await session.addItems(startingHistory)
      const recorded = recordCalls(session)
      const endings = await scenario.run(recorded.session)
      expect(endings.map(({ text }) => text)).toEqual(scenario.endings)
      expect(recorded.calls).toEqual(scenario.calls)
    })
  })

  describe('finds the required methods only', () => {
    it.each(named)('%s', async (_, scenario) => {
      const { calls = scenario.calls, stored = scenario.stored } = scenario.requiredOnly ?? {}
      const session = new FourHookSession('user_123')
      await session.addItems(startingHistory)
      const recorded = recordCalls(session)
      const endings = await scenario.run(recorded.session)
      expect(endings.map(({ text }) => text)).toEqual(scenario.endings)
      expect(recorded.calls).toEqual(calls)
      expect((await session.getItems()).map(describeItem)).toEqual(expectedHistory({ ...scenario, stored }))
    })
  })
})

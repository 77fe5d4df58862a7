import type { AgentInputItem } from '@openai/agents'
import { describe, expect, it } from 'vitest'
import { type Backend, ours, reference } from './backends.ts'
import { describeItem, startingHistory, toText } from './history.ts'
import { scenarios } from './scenarios/index.ts'
import { expectedHistory, type Scenario } from './scenarios/scenario.ts'

// By `%s`, since a `$name` is cut off after forty characters.
const named = scenarios.map((scenario) => [scenario.name, scenario] as const)

describe.each([reference, ...ours])('with $name, the runner', (backend) => {
  it.each(named)('%s', async (_, scenario) => {
    const { endings, histories } = await perform(scenario, backend)
    const [expected = []] = (await perform(scenario, reference)).histories
    expect(endings).toEqual(scenario.endings)
    for (const history of histories) {
      expect(history.map(describeItem)).toEqual(expectedHistory(scenario))
      expect(toText(history)).toBe(toText(expected))
    }
  })
})

/** Runs the scenario; reads the history through the handle it ran on, then through another where there can be one. */
async function perform(
  scenario: Scenario,
  backend: Backend,
): Promise<{ endings: string[]; histories: AgentInputItem[][] }> {
  const { session, close, reread } = backend.open()
  await session.addItems(startingHistory)
  const endings = await scenario.run(session)
  const histories = [await session.getItems()]
  await close()
  if (reread !== undefined) histories.push(await reread())
  return { endings: endings.map(({ text }) => text), histories }
}

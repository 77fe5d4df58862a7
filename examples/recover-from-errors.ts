// A run that fails, in the model or in a tool, leaves the session as it was: ask again with something else and go on.
// (A streamed run that fails keeps the question. Pop it before you ask again.)
//   node examples/recover-from-errors.ts [file]      default: in memory
import assert from 'node:assert/strict'
import { Agent, Runner, tool } from '@openai/agents'
import { assistantMessage, modelError, ScriptedModel } from '@openai/agents/testing'
import { SQLiteSession } from '@sessions/sqlite'
import { z } from 'zod'
import { offlineModel, textOf, userTexts } from './offline-model.ts'
import { printItem, printNote } from './print-item.ts'

const agent = new Agent({ name: 'Clerk', instructions: 'You look up orders.', tools: [orderTool(readLiveOrders)] })
const modest = agent.clone({ tools: [orderTool(async (order) => `order ${order} left on Monday, as of last night`)] })

const main = new Runner({
  model: new ScriptedModel([[assistantMessage('What about it?')], modelError(new Error('503: overloaded'))]),
  tracingDisabled: true,
})
const spare = new Runner({
  model: offlineModel((shown) => {
    const last = shown.at(-1)
    if (last?.type === 'function_call_result') return `I found this: ${textOf(last)}.`
    const order = /order (\d+)/.exec(userTexts(shown).join(' '))?.[1]
    return order === undefined ? 'Which order?' : { tool: 'find_order', arguments: { order } }
  }),
  tracingDisabled: true,
})

const session = new SQLiteSession({ sessionId: 'recover-from-errors', path: process.argv[2] ?? ':memory:' })
await session.clearSession() // so that the example can be run again on the same file

await ask('I have a question about order 17.', [['The main model', main, agent]])
await ask('Where is it?', [
  ['The main model', main, agent],
  ['The spare model with live data', spare, agent],
  ["The spare model with last night's copy", spare, modest],
])
const history = await session.getItems()
assert.deepEqual(userTexts(history), ['I have a question about order 17.', 'Where is it?'], 'a question is there twice')
assert.match(textOf(history.at(-1)), /order 17 left on Monday/)
await session.close()

/** Tries one way after the other until one answers. @throws the error of the last */
async function ask(question: string, ways: [name: string, runner: Runner, agent: Agent][]): Promise<void> {
  const before = await session.getItems()
  let failure: Error | undefined
  for (const [name, runner, agent] of ways) {
    failure = await runner.run(agent, question, { session }).then(
      () => undefined,
      (error: Error) => error,
    )
    const after = await session.getItems()
    if (failure === undefined) {
      printNote(`${name} answers:`)
      return after.slice(before.length).forEach(printItem)
    }
    printNote(`${name} fails: ${failure.message}. The session still holds its ${after.length} items.`)
    assert.deepEqual(after, before)
  }
  throw failure
}

function orderTool(execute: (order: string) => Promise<string>) {
  return tool({
    name: 'find_order',
    description: 'Says where an order is.',
    parameters: z.object({ order: z.string() }),
    execute: ({ order }) => execute(order),
    errorFunction: null, // the run fails; by default the model is told that the tool failed, and the run goes on
  })
}

async function readLiveOrders(): Promise<string> {
  throw new Error('the order database is down')
}

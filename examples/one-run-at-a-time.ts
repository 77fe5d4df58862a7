// Two messages at once in one conversation, as after a double click. Two runs at once would each answer without having seen the
// other. `exclusive` lets one in at a time, in one process or in many, and says what happens to the second.
//   node examples/one-run-at-a-time.ts [file]      default: in memory
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, Runner, tool } from '@openai/agents'
import { type ExclusiveOptions, SessionError } from '@sessions/core'
import { SQLiteSession } from '@sessions/sqlite'
import { z } from 'zod'
import { offlineModel, textOf, userTexts } from './offline-model.ts'
import { printItem, printNote } from './print-item.ts'

let searching = Promise.withResolvers<void>()
const agent = new Agent({
  name: 'Librarian',
  instructions: 'You find books.',
  tools: [
    tool({
      name: 'search',
      description: 'Where a book stands.',
      parameters: z.object({ title: z.string() }),
      execute: async ({ title }) => {
        searching.resolve()
        return await sleep(50, `${title}: shelf ${title.length}`)
      },
    }),
  ],
})
const model = offlineModel((shown) => {
  const last = shown.at(-1)
  if (last?.type !== 'function_call_result') return { tool: 'search', arguments: { title: textOf(last) } }
  return `${textOf(last)}. So far you asked for: ${userTexts(shown).join(', ')}.`
})
const runner = new Runner({ model, tracingDisabled: true })

const session = new SQLiteSession({ sessionId: 'one-run-at-a-time', path: process.argv[2] ?? ':memory:' })
await session.clearSession() // so that the example can be run again on the same file

printNote("'wait', the default: the second run begins when the first has ended, and knows of it.")
console.log((await Promise.all([ask('Emma'), ask('Dracula')])).map((answer) => `  ${answer}`).join('\n'))

printNote("'reject': the second is refused at once. In a web server that is the status 409.")
const [first, second] = await Promise.allSettled([ask('Ulysses'), ask('Ulysses', { whenBusy: 'reject' })])
assert.ok(first.status === 'fulfilled' && second.status === 'rejected')
assert.ok(second.reason instanceof SessionError)
console.log(`  ${first.value}\n  ${second.reason.code}`)

printNote("'takeOver': the first is ended, and leaves nothing behind. The second is answered.")
await session.clearSession()
searching = Promise.withResolvers<void>()
const older = ask('Hamlet').catch((error: Error) => error)
await searching.promise
await ask('Macbeth', { whenBusy: 'takeOver' })
assert.ok((await older) instanceof Error)
for (const item of await session.getItems()) printItem(item)
await session.close()

/** With `signal` a run that lost the session ends early. Without, its write would be refused at the end: SESSION_LEASE_LOST. */
async function ask(message: string, options?: ExclusiveOptions): Promise<string | undefined> {
  return await session.exclusive(async ({ session, signal }) => {
    const { finalOutput } = await runner.run(agent, message, { session, signal })
    return finalOutput
  }, options)
}

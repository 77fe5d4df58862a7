// An agent on the command line that remembers. Each run is a process of its own; the file is all that it shares with the
// others. With OPENAI_API_KEY set it asks the SDK's default model, without one a scripted stand-in.
//
//   node examples/assistant.ts chat.db "Hi, I'm Ada." "Please book me a seat to Bergen."
//   node examples/assistant.ts chat.db "Who am I, and which seats have I booked?"
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { Agent, type AgentInputItem, Runner, tool } from '@openai/agents'
import { SQLiteSession } from '@sessions/sqlite'
import { z } from 'zod'
import { type Answer, offlineModel, textOf, userTexts } from './offline-model.ts'
import { printItem, printNote } from './print-item.ts'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { expect: { type: 'string' } } })
const [path = 'sessions-demo.db', ...given] = positionals
const messages = given.length > 0 ? given : ['Who am I, and which seats have I booked?']

const agent = new Agent({
  name: 'Assistant',
  instructions: 'You book train seats. Answer in one or two short sentences. Name booking codes as they are.',
  tools: [
    tool({
      name: 'book_seat',
      description: 'Books a seat on the next train to a city and returns the booking code.',
      parameters: z.object({ city: z.string() }),
      // Random, so that no later process can know it but from the history.
      execute: async ({ city }) => `seat to ${city}, code ${randomBytes(3).toString('hex').toUpperCase()}`,
    }),
  ],
})
const offline = !process.env.OPENAI_API_KEY
const runner = offline ? new Runner({ model: offlineModel(answer), tracingDisabled: true }) : new Runner()

const session = new SQLiteSession({ sessionId: 'ada', path })
let stored = await session.getItems()
const state = stored.length === 0 ? 'is empty' : `already holds ${stored.length} items from earlier processes`
printNote(`Process ${process.pid} opens the session, which ${state}.`)

for (const message of messages) {
  const before = stored.length
  await runner.run(agent, message, { session })
  stored = await session.getItems()
  stored.slice(before).forEach(printItem)
}
printNote(`Process ${process.pid} ends and leaves ${stored.length} items.`)
await session.close()

// Another model may put it in words of its own; the stand-in only fails to if it was not shown the history.
if (offline && !textOf(stored.at(-1)).includes(values.expect ?? '')) {
  console.error(`The last answer does not contain "${values.expect}": the agent has forgotten.`)
  process.exitCode = 1
}

/** Stands in for the model: it answers from what it is shown, and remembers nothing by itself. */
function answer(shown: readonly AgentInputItem[]): Answer {
  const said = userTexts(shown)
  const last = said.at(-1) ?? ''
  const names = said.flatMap((text) => /I'm (\w+)/.exec(text)?.[1] ?? [])
  const bookings = shown.filter((item) => item.type === 'function_call_result').map(textOf)
  const city = /seat to (\w+)/.exec(last)?.[1]

  if (shown.at(-1)?.type === 'function_call_result') return `Booked, ${names.at(-1)}: ${bookings.at(-1)}.`
  if (city !== undefined) return { tool: 'book_seat', arguments: { city } }
  if (/I'm /.test(last)) return names.length > 1 ? `Good to see you again, ${names.at(-1)}.` : `Hello, ${names[0]}.`
  if (names.length === 0) return 'I do not know who you are.'
  return `You are ${names.at(-1)}, and you have booked: ${bookings.join('; ')}.`
}

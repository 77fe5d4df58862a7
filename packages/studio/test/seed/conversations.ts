import { Agent, RunState, tool } from '@openai/agents'
import { modelError, ScriptedModel } from '@openai/agents/testing'
import { type Clock, type SessionStore, systemClock } from '@sessions/core'
import { z } from 'zod'
import { chart, silence } from './pictures.ts'
import { answer, calls, runner, says, sessionOf, type Talk, talkBy } from './talk.ts'

const city = z.object({ city: z.string() })
const weather = tool({
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: city,
  execute: async ({ city: name }) => {
    if (name === 'Atlantis') throw new Error('no such city')
    return { city: name, sky: 'sunny', celsius: 21 }
  },
})
const book = tool({
  name: 'book_seat',
  description: 'Books a seat.',
  parameters: city,
  needsApproval: true,
  execute: async ({ city: name }) => `Booked a seat to ${name}.`,
})
const plot = tool({
  name: 'plot_prices',
  description: 'A chart of prices.',
  parameters: city,
  execute: async () => ({ type: 'image' as const, image: chart }),
})

function desk(turns: ConstructorParameters<typeof ScriptedModel>[0]): Agent {
  return new Agent({ name: 'Travel desk', model: new ScriptedModel(turns), tools: [weather, book, plot] })
}

/** Two calls at once, one of which fails; a structured answer; a fork that goes another way. */
async function parallelCalls(store: SessionStore, talk: Talk): Promise<void> {
  const session = await sessionOf(store, 'user_ada/oslo', 'ada')
  const both = [
    calls('get_weather', { city: 'Oslo' }, 'call_oslo'),
    calls('get_weather', { city: 'Atlantis' }, 'call_atlantis'),
  ]
  const first = desk([answer(both, 410), answer(says('It is sunny in Oslo. I cannot find Atlantis.'), 520)])
  await talk(session, first, 'What is the weather in Oslo and in Atlantis?', 'run_1')
  const plan = {
    trip: { to: 'Oslo', days: 3 },
    costs: [
      { what: 'train', euros: 89 },
      { what: 'hotel', euros: 240 },
    ],
  }
  await talk(session, desk([answer(says(JSON.stringify(plan)), 610)]), 'Plan three days there, please.', 'run_2')
  await store.forkSession('user_ada/oslo', 'user_ada/oslo-by-boat', { metadata: { label: 'by boat' } })
  const fork = store.session('user_ada/oslo-by-boat')
  await talk(fork, desk([answer(says('By boat it takes a night longer.'), 700)]), 'And by boat?', 'run_3')
  await talk(session, desk([answer(says('By train it takes seven hours.'), 690)]), 'How long is the train?', 'run_3')
}

/** An approval that was refused, one that was given, and one that nobody has answered. */
async function approvals(store: SessionStore, talk: Talk): Promise<void> {
  const session = await sessionOf(store, 'user_bob/bergen', 'bob')
  for (const [index, decision] of (['reject', 'approve', undefined] as const).entries()) {
    const callId = `call_seat_${index + 1}`
    const agent = desk([answer([calls('book_seat', { city: 'Bergen' }, callId)]), answer(says('Anything else?'))])
    const asked = await talk(session, agent, `Book me seat number ${index + 1} to Bergen.`, `run_${index + 1}`)
    if (decision === undefined) continue
    const state = await RunState.fromString<undefined, Agent>(agent, asked.state.toString())
    for (const item of state.getInterruptions()) state[decision](item)
    await talk(session, agent, state, `run_${index + 1}`)
  }
}

/** Reasoning, a picture of the user's, a hand-off to another agent, and a picture that a tool gives. */
async function handoff(store: SessionStore, talk: Talk): Promise<void> {
  const session = await sessionOf(store, 'user_cleo/invoice', 'cleo')
  const billing = new Agent({
    name: 'Billing',
    model: new ScriptedModel([
      answer([calls('plot_prices', { city: 'Oslo' }, 'call_plot')], 900),
      answer(says('Prices rose in March, as the chart shows. The invoice is right.'), 1_050),
    ]),
    tools: [plot],
  })
  const thought = {
    type: 'reasoning' as const,
    id: 'rs_1',
    content: [{ type: 'input_text' as const, text: 'An invoice is a matter for Billing.' }],
  }
  const triage = new Agent({
    name: 'Triage',
    model: new ScriptedModel([answer([thought, calls('transfer_to_Billing', {}, 'call_transfer')], 450, 64)]),
    handoffs: [billing],
  })
  const question = [
    { type: 'input_text' as const, text: 'Why is this invoice so high?' },
    { type: 'input_image' as const, image: chart },
    { type: 'audio' as const, audio: silence },
  ]
  await talk(session, triage, [{ role: 'user', content: question }], 'run_1')
}

/** A run whose model fails: of a streamed one, what the user said is kept. */
async function failedRun(store: SessionStore): Promise<void> {
  const session = await sessionOf(store, 'user_dora/paris', 'dora')
  const agent = desk([modelError(new Error('the model is out of service'))])
  const stream = await runner.run(agent, 'Is there a night train to Paris?', { session, stream: true })
  await stream.completed.catch(() => undefined)
}

/** A realistic store of a few users. The last one that is written is the newest. */
export async function seed(store: SessionStore, clock: Clock = systemClock): Promise<void> {
  const talk = talkBy(clock)
  await failedRun(store)
  await handoff(store, talk)
  await approvals(store, talk)
  await parallelCalls(store, talk)
}

// The agent that the recipes talk to. Without OPENAI_API_KEY a stand-in answers from what it is shown, and from nothing else.
import { Agent, Runner } from '@openai/agents'
import { offlineModel, userTexts } from '../offline-model.ts'

export const agent: Agent = new Agent({ name: 'Assistant', instructions: 'Answer in one or two short sentences.' })

export const runner: Runner = process.env.OPENAI_API_KEY
  ? new Runner()
  : new Runner({ model: offlineModel((shown) => `You said: ${userTexts(shown).join(' ')}`), tracingDisabled: true })

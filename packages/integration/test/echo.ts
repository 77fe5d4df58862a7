import { Agent, Runner } from '@openai/agents'
import type { SessionStore } from '@sessions/core'
import { offlineModel, textOf, userTexts } from '../../../examples/offline-model.ts'

export const echo: Agent = new Agent({ name: 'Echo' })

/** Its answer says all that it was shown, so that a test sees what a run knew. */
export const echoRunner: Runner = new Runner({
  model: offlineModel((shown) => `You said: ${userTexts(shown).join(' ')}`),
  tracingDisabled: true,
})

/** What is stored of a conversation, as texts. */
export async function textsOf(store: SessionStore, sessionId: string): Promise<string[]> {
  return (await store.session(sessionId).getItems()).map(textOf)
}

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The TypeScript blocks of a document, in their order; each is a program. */
export function snippetsOf(document: string): string[] {
  const text = readFileSync(fileURLToPath(new URL(`../../../${document}`, import.meta.url)), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
}

/** Imported before a snippet: gives the SDK a model that needs no network and knows only what it is shown. */
export const offlineModel = `
import { setDefaultModelProvider, setTracingDisabled } from '@openai/agents'
import { assistantMessage, modelResponder, ScriptedModel } from '@openai/agents/testing'

const answer = modelResponder(({ request }) => {
  const known = /My name is (\\w+)/.exec(JSON.stringify(request.input))?.[1]
  return [assistantMessage(known === undefined ? 'I do not know.' : 'You are ' + known + '.')]
})
setTracingDisabled(true)
setDefaultModelProvider({ getModel: () => new ScriptedModel([answer]) })
`

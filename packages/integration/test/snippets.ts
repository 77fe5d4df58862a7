import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The TypeScript blocks of a document, in their order; each is a program. */
export function snippetsOf(document: string): string[] {
  const text = readFileSync(fileURLToPath(new URL(`../../../${document}`, import.meta.url)), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
}

/** The example in the docstring of each class that users make, as a program, by the name of the class. */
export function docstringExamples(): Map<string, string> {
  const packages = { core: 'Memory', encrypted: 'Encrypted', redis: 'Redis', sql: 'SQL', sqlite: 'SQLite' }
  const programs = Object.entries(packages).flatMap(([name, word]) =>
    globSync(`packages/${name}/src/**/${word.toLowerCase()}-{store,session}.ts`, { cwd: root }).map((file) => {
      const [, code = '', className = ''] =
        /@example\s+((?:(?!\*\/)[\s\S])*?)\s*\*\/\nexport class (\w+)/.exec(readFileSync(join(root, file), 'utf8')) ??
        []
      const imports = Object.entries(packages).map(([from, word]) => {
        const used = new Set(code.match(new RegExp(`\\b${word}(Store|Session)\\b`, 'g')))
        return used.size === 0 ? '' : `import { ${[...used].join(', ')} } from '@sessions/${from}'\n`
      })
      return [className, imports.join('') + code.replaceAll(/^ ?\* /gm, '')] as const
    }),
  )
  return new Map(programs)
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

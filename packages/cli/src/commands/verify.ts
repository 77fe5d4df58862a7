import { defineCommand } from '../command/command.ts'
import { filterOf, filterOptions } from '../command/filter.ts'
import { counted } from '../output/humane.ts'
import { styled } from '../output/styled.ts'
import { pythonCodecOf } from '../stores/codecs.ts'
import { operationsOf } from '../stores/operations.ts'
import { withProgress } from '../stores/progress.ts'

export const verify = defineCommand({
  about: 'Reads every item, with --key decrypts it, and changes nothing. Exits with 1 where something is wrong.',
  options: {
    ...filterOptions,
    python: { flags: '--python', about: "read items of Python's SDK, too, and tell which are none" },
  },
  store: 'read',
  json: "lines of { sessionId: string, problem: 'corrupt' | 'undecryptable' | 'disordered', position?: number, code?: string, message: string }",
  examples: [
    ['sessions verify -s sqlite:conversations.db --key file:key', 'whether a backup can be read'],
    ['sessions verify --python', 'whether TypeScript can go on where Python was, in a store that both use'],
  ],
  async run({ values, out, open, signal }) {
    const filter = filterOf(values)
    const opened = await open()
    const { verifySessions } = await operationsOf(opened)
    const codec = values.python ? await pythonCodecOf(opened) : undefined
    let [found, sessions] = [0, 0]
    await withProgress(opened, filter, signal, async (show) => {
      const onProgress = (progress: { done: number }): void => {
        sessions = progress.done
        show(progress)
      }
      const options = { filter, signal, onProgress, ...(codec && { codec }) }
      for await (const finding of verifySessions(opened.store, options)) {
        found++
        const { sessionId, problem, message } = finding
        if (out.json) await out.value(finding)
        else await out.line(styled('cyan', sessionId), '  ', styled('red', problem), `  ${message}`)
      }
    })
    if (!out.json)
      await out.line(
        styled(found === 0 ? 'green' : 'red', `${counted(sessions, 'session')}, ${counted(found, 'finding')}.`),
      )
    return found === 0 ? 'done' : 'found'
  },
})

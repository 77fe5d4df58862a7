// A second screen that shows a conversation while somebody else has it: it is told of what is added, and of what was taken back.
//   node examples/watch-a-conversation.ts [file]      default: in memory
import { EventEmitter, once } from 'node:events'
import { Agent, Runner } from '@openai/agents'
import type { StoredSession } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'
import { offlineModel, textOf } from './offline-model.ts'
import { printItem, printNote } from './print-item.ts'

const agent = new Agent({ name: 'Guide', instructions: 'You know the capitals of the world.' })
const model = offlineModel((shown) => (textOf(shown.at(-1)).includes('Austria') ? 'Vienna.' : 'Canberra.'))
const runner = new Runner({ model, tracingDisabled: true })

const store = new SQLiteStore({ path: process.argv[2] ?? ':memory:' })
const session = store.session('watch-a-conversation')
await session.clearSession() // so that the example can be run again on the same file

const shown = new EventEmitter()
const screen = store.session('watch-a-conversation') // a handle of its own; it may as well be in another process
const watching = show(screen)

await Promise.all([once(shown, 'Canberra.'), runner.run(agent, 'What is the capital of Australia?', { session })])
await Promise.all([once(shown, 'rewritten'), session.rewind({ turns: 1 })])
await Promise.all([once(shown, 'Vienna.'), runner.run(agent, 'What is the capital of Austria?', { session })])
await screen.close() // ends the watch
await watching
await store.close()

/** From the beginning (`after: null`); with the id of an entry it goes on after that one, as a client does that was away. */
async function show(session: StoredSession): Promise<void> {
  for await (const event of session.watch({ after: null })) {
    if (event.type === 'added') {
      for (const { item } of event.entries) {
        printItem(item)
        shown.emit(textOf(item))
      }
    } else {
      // What is on the screen may not be stored any more: load it again. What comes next follows after `event.newest`.
      const { entries } = await session.page()
      printNote(`Something was taken back. There are ${entries.length} items now.`)
      shown.emit('rewritten')
    }
  }
}

/** Watches a session from its beginning and passes on what it is given. */
import { openStore } from '../open.ts'

const [options = '', id = ''] = process.argv.slice(2)
const store = await openStore(JSON.parse(options))
process.on('disconnect', () => process.exit())

for await (const event of store.session<{ content: string }>(id).watch({ after: null })) {
  if (event.type === 'added')
    process.send?.({ added: event.entries.map(({ id: entry, item }) => [entry, item.content]) })
  else process.send?.({ rewritten: event.newest })
}

/** Writes to a new database as soon as its parent says so, together with others. */
import { once } from 'node:events'
import { SQLStore } from '@sessions/sql'

const [url = '', writer = ''] = process.argv.slice(2)
process.send?.('ready')
await once(process, 'message')
const store = new SQLStore({ url, createTables: true })
const said = await store
  .session('shared')
  .addItems([{ role: 'user', content: writer }])
  .then(
    () => 'done',
    (error: unknown) => String(error) + String((error as Error).cause),
  )
await store.close()
process.send?.(said)
process.disconnect()

/** Appends batches of five to a session, told by its parent when to begin; acknowledges each batch once it is written. */
import { SQLiteSession } from '@sessions/sqlite'

const [path = '', sessionId = '', writer = '', batches = '0'] = process.argv.slice(2)

process.once('message', async () => {
  const session = new SQLiteSession({ sessionId, path })
  for (let index = 0; index < Number(batches); index++) {
    await session.addItems(
      [0, 1, 2, 3, 4].map((place) => ({ role: 'user' as const, content: `${writer}/${index}/${place}` })),
    )
    process.send?.(index)
  }
  await session.close()
  process.disconnect()
})
process.send?.('ready')

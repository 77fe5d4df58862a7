/** Opens a file without root's rights, and says what it could read and what error a write got. */
import { SessionError } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'

const [path = ''] = process.argv.slice(2)
// Loads the driver while its files can still be read, wherever the project lies.
await new SQLiteStore().session('a').getItems()
if (process.getuid?.() === 0) {
  process.setgid?.(65_534)
  process.setuid?.(65_534)
}

const failure = (error: unknown): object => {
  return error instanceof SessionError ? { code: error.code, message: error.message } : { message: String(error) }
}

const store = new SQLiteStore({ path })
const session = store.session('a')
const items = await session.getItems().catch(failure)
const listed: string[] = []
const list = async (): Promise<string[]> => {
  for await (const { sessionId } of store.listSessions()) listed.push(sessionId)
  return listed
}
const report = {
  items,
  listed: await list().catch(failure),
  write: await session.addItems([{ role: 'user', content: 'new' }]).catch(failure),
}
process.send?.(report)
process.disconnect()

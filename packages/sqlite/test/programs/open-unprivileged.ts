/** Opens a file without root's rights, and says what error it got. */
import { SessionError } from '@sessions/core'
import { SQLiteSession } from '@sessions/sqlite'

const [path = ''] = process.argv.slice(2)
// Loads the driver while its files can still be read, wherever the project lies.
await new SQLiteSession({ sessionId: 'a' }).getItems()
if (process.getuid?.() === 0) {
  process.setgid?.(65_534)
  process.setuid?.(65_534)
}
const error = await new SQLiteSession({ sessionId: 'a', path }).getItems().catch((reason: unknown) => reason)
process.send?.(
  error instanceof SessionError ? { code: error.code, message: error.message } : { message: String(error) },
)
process.disconnect()

/** Opens a database in memory, and prints the code and message of the error that it got. */
import { SQLiteSession } from '@sessions/sqlite'

const error = await new SQLiteSession({ sessionId: 'a' }).getItems().catch((reason: unknown) => reason)
process.stdout.write(JSON.stringify({ ...(error as object), message: (error as Error).message }))

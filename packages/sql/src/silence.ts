import type { Socket } from 'node:net'
import type { Connection } from './connection.ts'
import { Silence } from './errors.ts'

/** How often a connection is looked at in the time for which it may be silent. */
const looks = 10

/** Where the drivers keep the socket of a connection, by the shape of each. */
interface SocketHolder {
  /** pg */
  connection?: { stream?: Socket }
  /** mysql2 */
  stream?: Socket
  /** mariadb, which shows it nowhere else */
  __tests?: { getSocket?(): Socket }
}

/**
 * The connection, on which work fails with `Silence` once the server has sent nothing for so many milliseconds while it owed an
 * answer; 0 for any time. Without a socket, as of a file, there is nobody to be silent.
 */
export function unlessSilent(connection: Connection, pooled: object, silenceMs: number): Connection {
  const socket = socketOf(pooled)
  if (silenceMs === 0 || socket === undefined) return connection
  return {
    ...connection,
    run: (statement, values) => heard(socket, silenceMs, connection.run(statement, values)),
    execute: (text) => heard(socket, silenceMs, connection.execute(text)),
  }
}

function socketOf(pooled: object): Socket | undefined {
  const { connection, stream, __tests } = pooled as SocketHolder
  const socket = connection?.stream ?? stream ?? __tests?.getSocket?.()
  return typeof socket?.bytesRead === 'number' ? socket : undefined
}

/** Counts looks instead of time: where the event loop was held up, what has arrived meanwhile is seen before the next one. */
function heard<T>(socket: Socket, silenceMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let { bytesRead } = socket
    let silent = 0
    const timer = setInterval(() => {
      silent = socket.bytesRead === bytesRead ? silent + 1 : 0
      bytesRead = socket.bytesRead
      if (silent < looks) return
      clearInterval(timer)
      const silence = new Silence(silenceMs)
      reject(silence)
      // So that its driver, too, gives it up, and says no goodbye to nobody.
      socket.destroy(silence)
    }, silenceMs / looks)
    work.then(resolve, reject).finally(() => clearInterval(timer))
  })
}

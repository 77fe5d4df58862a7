import { createClient, type RedisArgument } from 'redis'

/** Sends one command over a connection of its own. Resolves to its answer, in RESP 2. */
export async function execute(url: string, ...command: string[]): Promise<unknown> {
  const client = createClient({
    url,
    RESP: 2,
    socket: { reconnectStrategy: false, connectTimeout: 5_000, socketTimeout: 5_000 },
  })
  // What fails rejects the command, too.
  client.on('error', () => {})
  try {
    await client.connect()
    const words: RedisArgument[] = command
    return await client.sendCommand(words)
  } finally {
    if (client.isOpen) client.destroy()
  }
}

/** The fields of a text such as INFO answers: `name:value` lines. */
export async function info(url: string, ...command: string[]): Promise<Record<string, string>> {
  const text = String(await execute(url, ...command))
  const lines = text.split('\r\n').filter((line) => line.includes(':'))
  return Object.fromEntries(lines.map((line) => line.split(/:(.*)/s).slice(0, 2)))
}

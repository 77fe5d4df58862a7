import { once } from 'node:events'
import { type Command, count, defineCommand, Failure, filled } from '@sessions/cli/program'
import { isLoopback } from './server/guard.ts'
import { startStudio } from './server/listen.ts'
import { readPrices } from './server/prices.ts'

/** `sessions studio`: it ends with Ctrl-C. */
export const studio: Command = defineCommand({
  about:
    'It listens on this machine alone, only for the link that it prints, and only reads unless told. Nothing is fetched from elsewhere.',
  words: [['[store]', 'a url, as --store takes it']],
  options: {
    port: { flags: '--port <n>', about: 'where it listens; default: a free one', parse: portNumber },
    host: {
      flags: '--host <address>',
      about: 'what it listens on: with another than 127.0.0.1, whoever has the link and reaches it reads everything',
      parse: filled,
    },
    write: {
      flags: '--write',
      about: 'lets whoever has the link fork, rewind, edit metadata, delete and export; each asks first',
    },
    prices: {
      flags: '--prices <file>',
      about:
        'what a million tokens cost: { "currency": "USD", "models": { "name": { "input": 1, "output": 4, "cached": 0.5 } } }',
      parse: filled,
    },
  },
  store: 'read',
  examples: [
    ['sessions studio sqlite:conversations.db', 'prints the link'],
    ['sessions studio sqlite:conversations.db --write', 'to change something, too'],
    ['SESSIONS_KEY=… sessions studio sqlite:conversations.db', 'of encrypted sessions'],
  ],
  async run({ words: [url], values: { port, host = '127.0.0.1', prices: file, write }, out, open, signal }) {
    const prices = file === undefined ? undefined : await readPrices(file)
    const opened = await open({ url, writes: write })
    try {
      await using running = await startStudio(opened, {
        hostname: host,
        port,
        writes: write,
        ...(prices && { prices }),
      })
      if (!isLoopback(host)) out.note('Other machines may reach this, and what they see is not encrypted on its way.')
      await out.line(`${opened.label} is open at`)
      await out.line(running.link)
      await out.flush()
      if (!signal.aborted) await once(signal, 'abort')
      return undefined
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException
      if (syscall !== 'listen' && syscall !== 'getaddrinfo') throw error
      out.note(`It cannot listen on ${host}${port === undefined ? '' : `:${port}`}: ${code}.`)
      return 'unavailable'
    }
  },
})

/** @throws Failure for what is no port */
function portNumber(text: string): number {
  const port = count(text)
  if (port <= 65_535) return port
  throw new Failure('usage', 'It must be at most 65535.')
}

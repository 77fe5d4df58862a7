import { createWriteStream, existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { defineCommand } from '../command/command.ts'
import { filterOf, filterOptions } from '../command/filter.ts'
import { filled } from '../command/parsers.ts'
import { Failure } from '../exit-codes.ts'
import { operationsOf } from '../stores/operations.ts'
import { withProgress } from '../stores/progress.ts'
import { findSession } from '../stores/sessions.ts'

export const exportCommand = defineCommand({
  about:
    'JSON Lines with a digest for each session, for `sessions import`. With a key they hold what readers see, in plain text; without one, or with --sealed, the envelopes as they are stored. A file is there once it is whole, readable by its owner only.',
  words: [['[session...]', 'their ids; default: all, or those that the options choose']],
  options: {
    ...filterOptions,
    sealed: { flags: '--sealed', about: 'envelopes as they are stored, whatever key there is' },
    output: { flags: '-o, --output <file>', about: 'default: standard output', parse: filled },
  },
  store: 'read',
  asks: true,
  examples: [
    ['sessions export -s sqlite:conversations.db -o backup.jsonl', 'a backup'],
    ['sessions export --metadata userId=u1 | gzip > u1.jsonl.gz', 'what there is of one user'],
    ['sessions export user_123 -o user_123.jsonl', 'one session'],
  ],
  goOn: 'The file was not made. Begin again.',
  async run({ words, values, out, ask, open, signal }) {
    const filter = filterOf(values)
    const { output } = values
    if (words.length > 0 && Object.keys(filter).length > 0)
      throw new Failure('usage', 'Name sessions by their ids or choose them by options, not both.')
    const opened = await open()
    for (const sessionId of words) await findSession(opened, sessionId)
    const which = words.length > 0 ? { sessionIds: words } : { filter }
    const { exportSessions } = await operationsOf(opened)
    if (output !== undefined && existsSync(output)) await ask.confirm(`Replace ${output}?`)
    await withProgress(opened, words.length > 0 ? words.length : filter, signal, async (onProgress) => {
      const lines = exportSessions(values.sealed ? opened.bare : opened.store, { ...which, signal, onProgress })
      if (output !== undefined) await writeWhole(output, lines.pieces(), signal)
      else if (out.isTerminal) for await (const line of lines) await out.fileLine(line)
      else for await (const piece of lines.pieces()) await out.bytes(piece)
    })
    return undefined
  },
})

/** Under another name until it is whole: what is half written is never taken for a backup. */
async function writeWhole(file: string, pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  const part = `${file}.${process.pid}.part`
  try {
    const target = createWriteStream(part, { mode: 0o600, flags: 'wx', flush: true })
    await pipeline(Readable.from(pieces), target, { signal })
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    const { syscall, code } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    throw new Failure('refused', `${file} cannot be written: ${code}.`, { cause: error })
  }
}

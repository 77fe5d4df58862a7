import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ImportSource } from '@sessions/core/operations'
import { defineCommand } from '../command/command.ts'
import { Failure } from '../exit-codes.ts'
import { startProgress } from '../output/progress.ts'
import { operationsOf } from '../stores/operations.ts'
import { printTransfer, transferGoOn, transferOptions, transferType } from '../stores/transfer.ts'

export const importCommand = defineCommand({
  about:
    'A file that is damaged, truncated or of a newer version imports nothing. Of standard input the first 16 MB are read before anything is written. A session that is there already is passed over or completed; --on-conflict is for what differs otherwise.',
  words: [['[file]', 'of `sessions export`; default, or -: standard input']],
  options: transferOptions,
  store: 'create',
  json: transferType,
  examples: [
    ['sessions import backup.jsonl -s sqlite:restored.db', 'restores a backup'],
    ['gunzip -c u1.jsonl.gz | sessions import --on-conflict skip', 'leaves what is there as it is'],
  ],
  goOn: transferGoOn,
  async run({ words: [file = '-'], values, out, open, signal }) {
    const { onConflict, createTables } = values
    if (file !== '-') await assertFile(file)
    const opened = await open({ createTables })
    const { importSessions, linesOf } = await operationsOf(opened)
    const source: ImportSource = file === '-' ? linesOf(process.stdin) : () => linesOf(createReadStream(file))
    const bar = await startProgress('sessions')
    try {
      const onProgress = ({ done }: { done: number }): void => bar.update(done)
      const result = await importSessions(opened.store, source, { onConflict, signal, onProgress })
      bar.stop()
      await printTransfer(out, result)
    } finally {
      bar.stop()
    }
    return undefined
  },
})

async function assertFile(file: string): Promise<void> {
  try {
    if ((await stat(file)).isFile()) return
  } catch (error) {
    throw new Failure('missing', `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`, { cause: error })
  }
  throw new Failure('usage', `${file} is no file; for a pipe, take -.`)
}

import type { CopyResult } from '@sessions/core/operations'
import type { OptionSpecs } from '../command/option.ts'
import { oneOf } from '../command/parsers.ts'
import { bytesText, counted, countText } from '../output/humane.ts'
import type { Output } from '../output/output.ts'
import { styled } from '../output/styled.ts'

/** What `copy` and `import` have in common. */
export const transferOptions = {
  onConflict: {
    flags: '--on-conflict <what>',
    about: 'what becomes of a session that is there as another one: fail, skip or replace',
    parse: oneOf(['fail', 'skip', 'replace']),
    default: 'fail' as const,
  },
  createTables: { flags: '--create-tables', about: 'make the tables where there are none' },
} as const satisfies OptionSpecs

export const transferType =
  '{ created: number, completed: number, replaced: number, equal: number, skipped: number, records: number, size: number }'

export const transferGoOn = 'What was written stays, and is whole. The same command goes on with what is left.'

export async function printTransfer(out: Output, result: CopyResult): Promise<void> {
  if (out.json) return await out.value(result)
  const { records, size, ...sessions } = result
  const parts = Object.entries(sessions).filter(([name, count]) => count > 0 || name === 'created')
  const text = parts.map(([name, count]) => `${countText(count)} ${name}`).join(', ')
  await out.line(styled('green', 'Done: '), `${text}; ${counted(records, 'item')} written, ${bytesText(size)}.`)
}

import { excerpt } from '../output/fold.ts'
import { countText, timeText } from '../output/humane.ts'
import type { Output } from '../output/output.ts'
import { styled } from '../output/styled.ts'
import { type Block, styles } from './block.ts'
import type { Passage } from './conversation.ts'
import type { FoundEntry } from './entries.ts'

/** What of a long value is shown: characters, and lines. */
const shown = { units: 2_000, lines: 30 }

/** A passage of a transcript. @param full - whether long values are shown whole */
export async function printPassage(out: Output, { entry, block, results }: Passage, full: boolean): Promise<void> {
  await printBlock(out, entry, block, full, '')
  for (const result of results) await printBlock(out, result.entry, result.block, full, '  ')
  await out.line()
}

/** An entry as `--json` prints it. */
export function entryValue({ id, createdAt, item, problem }: FoundEntry): object {
  return { id, createdAt, item, problem }
}

export const entryType = '{ id?: string, createdAt?: string, item?: object, problem?: string }'

async function printBlock(
  out: Output,
  { id, createdAt }: FoundEntry,
  { speaker, title, parts }: Block,
  full: boolean,
  indent: string,
): Promise<void> {
  const name = [speaker === 'other' ? '' : speaker, title].filter((part) => part !== '').join(' ')
  const about = [createdAt === undefined ? '' : timeText(createdAt), id === undefined ? '' : `#${id}`]
  const details = about.filter((part) => part !== '').join('  ')
  await out.line(indent, styled(styles[speaker], name || 'item'), details === '' ? '' : styled('dim', `  ${details}`))
  for (const { text, isNote } of parts) {
    const { text: beginning, note } = full ? { text, note: '' } : folded(text)
    const lines = beginning.replaceAll('\n', `\n${indent}  `)
    const isQuiet = isNote === true || speaker === 'reasoning'
    await out.line(`${indent}  `, isQuiet ? styled('dim', lines) : lines)
    if (note !== '') await out.line(`${indent}  `, styled('dim', note))
  }
}

function folded(text: string): { text: string; note: string } {
  const first = excerpt(text, shown.units).text
  const beginning = first.split('\n', shown.lines).join('\n')
  const more = text.length - beginning.length
  return { text: beginning, note: more > 0 ? `… ${countText(more)} more characters: --full shows them` : '' }
}

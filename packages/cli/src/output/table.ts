import type { Output } from './output.ts'
import { type Piece, styled } from './styled.ts'

/** Columns without lines around them. @param right - the columns that are numbers */
export async function printTable(
  out: Output,
  head: readonly string[],
  rows: readonly (readonly Piece[])[],
  right: readonly number[] = [],
): Promise<void> {
  const { default: Table } = await import('cli-table3')
  const names = [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
  ]
  const others = ['left-mid', 'mid', 'mid-mid', 'right', 'right-mid']
  const table = new Table({
    head: head.map((cell) => out.cell(styled('bold', cell))),
    chars: { ...Object.fromEntries([...names, ...others].map((name) => [name, ''])), middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, column) => (right.includes(column) ? 'right' : 'left')),
  })
  for (const row of rows) table.push(row.map((cell) => out.cell(cell)))
  const text = table.toString()
  await out.drawn(text.replaceAll(/ +$/gm, ''))
}

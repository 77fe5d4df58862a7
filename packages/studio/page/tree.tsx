import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { LongText } from './long-text.tsx'
import { isCut } from './media.ts'

/** How deep it is open, and how many members of one value are there. */
const open = 2
const most = 200

/** A value as a tree that folds. */
export function Tree({ value, depth = 0 }: { value: unknown; depth?: number }): JSX.Element {
  if (isCut(value)) return <LongText text={value.$cut} length={value.length} />
  if (typeof value === 'string') return <LongText text={value} />
  if (typeof value !== 'object' || value === null) return <span class="scalar">{String(value)}</span>
  const members: [string, unknown][] = Object.entries(value)
  if (members.length === 0) return <span class="scalar">{Array.isArray(value) ? '[]' : '{}'}</span>
  return (
    <ul class="tree">
      {members.slice(0, most).map(([name, inner]) => (
        <Member key={name} name={name} value={inner} depth={depth} />
      ))}
      {members.length > most && <li>… {members.length - most} more: see the JSON</li>}
    </ul>
  )
}

function Member({ name, value, depth }: { name: string; value: unknown; depth: number }): JSX.Element {
  const isBranch = typeof value === 'object' && value !== null && !isCut(value) && Object.keys(value).length > 0
  const label = <span class="name">{visibleLine(name)}</span>
  if (!isBranch) {
    return (
      <li>
        {label} <Tree value={value} depth={depth + 1} />
      </li>
    )
  }
  const kind = Array.isArray(value) ? `${value.length} in a list` : ''
  return (
    <li>
      <details open={depth < open}>
        <summary>
          {label} {kind !== '' && <span class="quiet">{kind}</span>}
        </summary>
        <Tree value={value} depth={depth + 1} />
      </details>
    </li>
  )
}

/** The object or list that a text is, where it is JSON. */
export function structureIn(text: string): object | undefined {
  if (text.length > 100_000 || !/^\s*[[{]/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

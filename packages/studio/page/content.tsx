import type { Fields } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { LongText } from './long-text.tsx'
import { fieldsOf, isCut, mediaOf } from './media.ts'
import { MediaView } from './media-view.tsx'
import { structureIn, Tree } from './tree.tsx'

/** What a message, or the result of a tool, consists of: a text, a part, or several. */
export function Content({ value }: { value: unknown }): JSX.Element | null {
  if (value === undefined || value === null) return null
  const parts = Array.isArray(value) ? value : [value]
  return (
    <>
      {parts.map((part, index) => (
        <Part key={index} part={part} />
      ))}
    </>
  )
}

function Part({ part }: { part: unknown }): JSX.Element {
  if (typeof part === 'string') return <Text text={part} />
  if (isCut(part)) return <Text text={part.$cut} length={part.length} />
  const fields = fieldsOf(part)
  if (fields === undefined) return <Tree value={part} />
  const { text, refusal, transcript } = fields
  const said = [text, refusal].find((value) => typeof value === 'string' || isCut(value))
  if (said !== undefined) {
    return (
      <>
        {refusal !== undefined && <p class="note">It refused:</p>}
        <Part part={said} />
      </>
    )
  }
  const media = mediaOf(fields)
  if (media === undefined) return <Tree value={fields} />
  return (
    <>
      <MediaView media={media} />
      {typeof transcript === 'string' && <Text text={transcript} />}
    </>
  )
}

/** A text that is JSON is a tree. @param length - of the whole, where `text` is only how it begins */
function Text({ text, length = text.length }: { text: string; length?: number }): JSX.Element {
  const structure = length === text.length ? structureIn(text) : undefined
  if (structure !== undefined) return <Tree value={structure} />
  return (
    <p>
      <LongText text={text} length={length} />
    </p>
  )
}

/** What a tool is called with. */
export function Input({ fields }: { fields: Fields }): JSX.Element | null {
  const { arguments: given, action, operation } = fields
  return <Content value={given ?? action ?? operation} />
}

/** What a model thought, where it says so. */
export function Thoughts({ fields }: { fields: Fields }): JSX.Element {
  const { content, rawContent, summary } = fields
  const thoughts = [content, summary, rawContent].find((value) => Array.isArray(value) && value.length > 0)
  return thoughts === undefined ? <p class="note">encrypted, or empty</p> : <Content value={thoughts} />
}

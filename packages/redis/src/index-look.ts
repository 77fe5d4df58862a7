import type { Connection } from './connection.ts'
import type { IndexPart } from './keys.ts'
import { toArray, toNumber, toOneOf, toText, toTexts } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** What is known of one part before it is walked through. */
export interface IndexLook {
  /** Whether sessions from before the index are in it. */
  readonly isComplete: boolean
  /** Writes that are under way, or whose process ended under them. */
  readonly marks: readonly IndexMark[]
}

/** One write. */
export interface IndexMark {
  readonly token: string
  readonly sessionId: string
  /** Milliseconds since it began. */
  readonly age: number
}

export function lookAt(connection: Connection, part: IndexPart): Promise<IndexLook> {
  const keys = [part.times, part.ids, part.marks, part.doubts]
  return connection.readByScript({ script: scripts.look, keys, args: [] }, (reply) => {
    const [isComplete, now, marks] = toArray(reply, 3)
    const texts = toTexts(marks)
    return {
      isComplete: toOneOf(isComplete, ['0', '1']) === '1',
      marks: texts.flatMap((text, index) =>
        index % 2 === 0 ? [toMark(text, toNumber(now) - toNumber(texts[index + 1]))] : [],
      ),
    }
  })
}

function toMark(member: string, age: number): IndexMark {
  const end = member.indexOf(' ')
  return { token: toText(member.slice(0, end)), sessionId: member.slice(end + 1), age }
}

import type { Style } from '../output/styled.ts'
import type { ItemKind, Speaker } from './item-kind.ts'

/** An item as a person reads it. */
export interface Block extends ItemKind {
  /** Paragraphs: texts, arguments, files. */
  parts: readonly Part[]
}

export interface Part {
  text: string
  /** Whether it is about something, such as a file, instead of being it. */
  isNote?: boolean
}

export const styles: Readonly<Record<Speaker, Style>> = {
  user: ['bold', 'green'],
  assistant: ['bold', 'blue'],
  system: ['bold', 'magenta'],
  reasoning: 'dim',
  call: ['bold', 'yellow'],
  result: 'yellow',
  other: 'bold',
}

import type { Style } from '../output/styled.ts'

/** Who speaks, or what an item is. */
export type Speaker = 'user' | 'assistant' | 'system' | 'reasoning' | 'call' | 'result' | 'other'

/** An item as a person reads it. */
export interface Block {
  speaker: Speaker
  /** Beside the speaker: the name of a tool, the type of an item. */
  title: string
  /** Paragraphs: texts, arguments, files. */
  parts: readonly Part[]
  /** Of a call and of its result. */
  callId?: string
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

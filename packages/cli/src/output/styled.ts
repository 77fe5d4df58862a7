import type { styleText } from 'node:util'

/** As `util.styleText` names it. */
export type Style = Parameters<typeof styleText>[0]

/** A text, and how it looks. What is inside is sanitised when it is written. */
export interface Styled {
  readonly text: string
  readonly style: Style
}

export type Piece = string | Styled

export function styled(style: Style, text: string): Styled {
  return { style, text }
}

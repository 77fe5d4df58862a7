/** A statement on the way to the tables. */
export interface Step {
  readonly text: string
  /** Finds a row where it is done already, for a server on which finding out by running it would keep others waiting. */
  readonly done?: string
  /** The index that it builds, and the table, quoted and with their schema: built while others write, where the server can. */
  readonly index?: { readonly name: string; readonly table: string }
}

/** Steps that need no more than their text. */
export function steps(texts: readonly string[]): Step[] {
  return texts.map((text) => ({ text }))
}

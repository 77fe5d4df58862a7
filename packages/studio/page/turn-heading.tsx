import type { JSX } from 'preact'
import type { Prices, Tokens } from '../src/shared/api.ts'
import { moneyText, tokensText } from './usage.ts'

export interface TurnHeadingProps {
  /** Absent where the history is too long to be counted from its beginning. */
  number: number | undefined
  tokens: (Tokens & { models?: Readonly<Record<string, Tokens>> }) | undefined
  prices: Prices | undefined
}

/** Where a turn begins. */
export function TurnHeading({ number, tokens, prices }: TurnHeadingProps): JSX.Element {
  const money = moneyText(tokens?.models, prices)
  return (
    <h3 class="turn">
      {number === undefined ? 'Turn' : `Turn ${number}`}
      {tokens !== undefined && <span class="quiet"> {tokensText(tokens)}</span>}
      {money !== undefined && <span class="quiet">, {money}</span>}
    </h3>
  )
}

import { readFile } from 'node:fs/promises'
import { Failure } from '@sessions/cli/program'
import type { Price, Prices } from '../shared/api.ts'

/** What a file says that a million tokens cost, by model. @throws Failure for what is not understood */
export async function readPrices(file: string): Promise<Prices> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new Failure('usage', `The prices cannot be read from ${file}: ${(error as Error).message}.`, { cause: error })
  }
  const { currency, models } = (value ?? {}) as Partial<Prices>
  const isRight = typeof currency === 'string' && typeof models === 'object' && Object.values(models).every(isPrice)
  if (isRight) return { currency, models }
  throw new Failure(
    'usage',
    `${file} must have a currency, and of each of its models input, output and perhaps cached.`,
  )
}

function isPrice(price: Partial<Price> | null): boolean {
  const numbers = [price?.input, price?.output, price?.cached ?? 0]
  return numbers.every((number) => typeof number === 'number' && Number.isFinite(number) && number >= 0)
}

import type { ItemCodec } from '@sessions/core'
import { oneOf } from '../command/parsers.ts'
import type { OpenStore } from './open-store.ts'
import { load } from './resolve.ts'

/** Whose items are stored. */
export const parseForm: (text: string) => 'python' | 'javascript' = oneOf(['python', 'javascript'])

/** What reads items of Python's SDK, and of the JavaScript one's: of the copy of core that the adapter has. */
export async function pythonCodecOf({ adapter }: OpenStore): Promise<ItemCodec<object>> {
  const { module } = await load<{ pythonCodec: ItemCodec<object> }>('@sessions/core/python', adapter)
  return module.pythonCodec
}

/** What `convertSessions` needs to store items in that form, whichever they are in. */
export async function conversionTo(
  form: 'python' | 'javascript',
  store: OpenStore,
): Promise<{ codec: ItemCodec<object>; fromCodec: ItemCodec<object> }> {
  const fromCodec = await pythonCodecOf(store)
  if (form === 'python') return { codec: fromCodec, fromCodec }
  const { module } = await load<{ jsonCodec: ItemCodec<object> }>('@sessions/core', store.adapter)
  return { codec: module.jsonCodec, fromCodec }
}

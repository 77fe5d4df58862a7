import type { Call } from './call.ts'
import type { Driver, Layout } from './driver.ts'
import { NewServerError } from './new-server-error.ts'
import { toText } from './replies.ts'
import { slotOf } from './slot.ts'

/**
 * Which server of a cluster has which slots, as they say themselves.
 * @param keyOf - makes keys that may be asked for @throws NewServerError where keys may be where the client cannot look yet
 */
export async function findLayout(
  { primaries, send }: Pick<Driver, 'primaries' | 'send'>,
  call: Call,
  keyOf: (index: number) => string,
): Promise<Layout> {
  const look = async (): Promise<Found> => {
    const senders = await primaries()
    const texts = await Promise.all(senders.map((ask) => ask(call, ['CLUSTER', 'NODES'])))
    return read(texts.map(toText), senders.length)
  }
  const first = await look()
  for (const slot of first.newSlots) {
    // Where the client is wrong about a slot, it is told so, and asks for all of them anew.
    const key = keyIn(slot, keyOf)
    await send(call, key, ['LLEN', key])
  }
  const found = first.isComplete ? first : await look()
  if (!found.isComplete) throw new NewServerError()
  return found
}

interface Found extends Layout {
  /** Whether the client knows every server that may have keys. */
  isComplete: boolean
  /** Of each server that has slots, one of them, where there are more servers than the client knows. */
  newSlots: readonly number[]
}

/**
 * What each server says of itself (https://redis.io/docs/latest/commands/cluster-nodes): `id address flags … slot slot …`, where
 * `[slot->-id]` is a slot that is moving to that server, and `[slot-<-id]` one that comes from there.
 */
function read(texts: readonly string[], known: number): Found {
  const lines = texts.flatMap((text) => text.split('\n').map((line) => line.split(' ')))
  const own = lines.filter(([, , flags = '']) => flags.includes('myself'))
  const text = own
    .map(([id, , , , , , , , ...slots]) => [id, ...slots].join(' '))
    .toSorted()
    .join('\n')
  const primaries = new Map<string, string | undefined>()
  for (const [id = '', , flags = '', , , , , , slot] of lines) {
    const hasKeys = slot !== undefined || text.includes(`->-${id}]`)
    if (flags.includes('master') && !flags.includes('fail') && hasKeys) primaries.set(id, primaries.get(id) ?? slot)
  }
  const isComplete = primaries.size <= known
  const slots = isComplete ? [] : [...primaries.values()].map((slot) => Number.parseInt(slot ?? '', 10))
  return { text, isMoving: text.includes('['), isComplete, newSlots: slots.filter((slot) => !Number.isNaN(slot)) }
}

function keyIn(slot: number, keyOf: (index: number) => string): string {
  for (let index = 0; ; index++) {
    const key = keyOf(index)
    if (slotOf(key) === slot) return key
  }
}

import type { OpenStore } from '@sessions/cli/program'
import { canonicalJSON, type JSONValue } from '@sessions/core'
import { type DeleteRequest, type ForkRequest, type MetadataRequest, metadataChange } from '../shared/doing.ts'
import { Refusal } from './failure.ts'
import { whileUnheld } from './unheld.ts'

/** A session held by a run may be forked, since it is only read; one may not be made where somebody holds that id. */
export async function fork(opened: OpenStore, { id, to, upTo }: ForkRequest): Promise<void> {
  await whileUnheld(opened, to, () => opened.store.forkSession(id, to, upTo === undefined ? {} : { upTo }))
}

/** Writes what differs from what the page saw, if the metadata are still that. @throws Refusal where they are not */
export async function changeMetadata(opened: OpenStore, request: MetadataRequest): Promise<void> {
  const { id, saw, metadata } = request
  if ('usage' in metadata) throw new Refusal(400, 'usage is what runs have cost. It stays, and is not edited here.')
  const { set, unset } = metadataChange(request)
  const removed = Object.fromEntries(unset.map((key) => [key, undefined]))
  await whileUnheld(opened, id, async (session) => {
    await session.updateMetadata(async ({ usage: _, ...now }) => {
      await assertThere(opened, id)
      if (!isSame(now, saw)) throw new Refusal(409, 'Others changed the metadata meanwhile. Nothing was changed.')
      return { ...(set as Record<string, JSONValue>), ...removed }
    })
  })
}

/** Deletes a session that was not changed since the page saw it. @throws Refusal where it was */
export async function deleteSession(opened: OpenStore, { id, updatedAt }: DeleteRequest): Promise<void> {
  const unchangedSince = new Date(updatedAt)
  if (Number.isNaN(unchangedSince.getTime())) throw new Refusal(400, 'updatedAt is no time.')
  await whileUnheld(opened, id, async (_, { assertHeld }) => {
    await assertThere(opened, id)
    assertHeld()
    if (await opened.store.deleteSession(id, { unchangedSince })) return
    await assertThere(opened, id)
    throw new Refusal(409, 'The session was changed since. Nothing was deleted.')
  })
}

async function assertThere({ store }: OpenStore, id: string): Promise<void> {
  if ((await store.getSessionInfo(id)) === undefined) throw new Refusal(404, 'There is no such session any more.')
}

function isSame(now: unknown, saw: unknown): boolean {
  return canonicalJSON(now) === canonicalJSON(saw)
}

import type { Lease } from '@sessions/core'
import { connect, type OwnClient } from './client.ts'
import { Connection } from './connection.ts'
import type { Settings } from './options.ts'
import { withRetries } from './retries.ts'

/** What a store talks through. */
export interface Opened {
  readonly connection: Connection
  /** The process's connection, where the store opened it. */
  readonly lease?: Lease<OwnClient>
}

/** The caller's client, or a connection of ours. @throws SESSION_UNAVAILABLE */
export async function openConnection(settings: Settings): Promise<Opened> {
  const { client, retries, waitForReplicas: replicas, busyTimeoutMs, url = '' } = settings
  const options = replicas === undefined ? settings : { ...settings, replicas }
  if (client !== undefined) {
    const connection = new Connection(client, options)
    connection.assertOpen()
    return { connection }
  }
  const lease = await withRetries(retries, true, () => connect({ url, connectMs: busyTimeoutMs }))
  return { connection: new Connection(lease.resource, options, lease.resource), lease }
}

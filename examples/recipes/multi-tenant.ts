// Many customers in one database: a tenant's conversations are told apart by their ids, and encrypted with its own key.
//   TENANTS=token-a=acme,token-b=globex node examples/recipes/multi-tenant.ts
//   curl localhost:3000/chat/1 -H 'authorization: Bearer token-a' -H 'content-type: application/json' -d '{"message": "Hi"}'
//   curl localhost:3000/chat -H 'authorization: Bearer token-a'
import { hkdfSync, randomBytes } from 'node:crypto'
import type { SessionStore } from '@sessions/core'
import { EncryptedStore } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import express, { type Request } from 'express'
import { z } from 'zod'
import { agent, runner } from './agent.ts'
import { failures } from './failures.ts'
import { listen } from './listen.ts'

const database = new SQLiteStore({ path: process.env.DATABASE ?? 'conversations.db' })
const tenants = new Map(
  (process.env.TENANTS ?? 'secret=acme').split(',').map((pair) => pair.split('=', 2) as [string, string]),
)
const masterKey = process.env.MASTER_KEY ?? randomBytes(32) // the same one on every start
const Body = z.object({ message: z.string().min(1).max(10_000) })

/** One for each tenant, since each has its key. All of them use one database and one connection. */
const stores = new Map<string, EncryptedStore>()

/** What one tenant can reach. Nothing else in the program touches the database. */
function storeOf(tenant: string): SessionStore {
  const known = stores.get(tenant)
  if (known !== undefined) return known
  // Asked for once. Yours may come from a KMS; throwing a tenant's key away then ends its conversations, in backups too.
  const encryptionKey = (): Uint8Array => new Uint8Array(hkdfSync('sha256', masterKey, '', `tenant ${tenant}`, 32))
  const store = new EncryptedStore({ store: database, encryptionKey })
  stores.set(tenant, store)
  return store
}

/** No slash in a tenant, so that where it ends in an id is certain; a conversation may have any. */
function prefixOf(tenant: string): string {
  return `${encodeURIComponent(tenant)}/`
}

/** From your login; never from the path or the body. */
function tenantOf(request: Request): string | undefined {
  return tenants.get(request.get('authorization')?.replace(/^Bearer /, '') ?? '')
}

const app = express()
app.use(express.json())
app.use((request, response, next) => {
  const tenant = tenantOf(request)
  if (tenant === undefined) return response.status(401).json({ error: 'Who are you?' })
  response.locals.tenant = tenant
  next()
})

app.post('/chat/:id', async (request, response) => {
  const { message } = Body.parse(request.body)
  const { tenant } = response.locals as { tenant: string }
  const session = storeOf(tenant).session(prefixOf(tenant) + request.params.id)
  const { finalOutput } = await runner.run(agent, message, { session })
  response.json({ answer: finalOutput })
})

app.get('/chat', async (_request, response) => {
  const { tenant } = response.locals as { tenant: string }
  const prefix = prefixOf(tenant)
  const found: object[] = []
  for await (const { sessionId, updatedAt } of storeOf(tenant).listSessions({ prefix, limit: 100 })) {
    found.push({ id: sessionId.slice(prefix.length), updatedAt })
  }
  response.json(found)
})

// When a tenant leaves.
app.delete('/chat', async (_request, response) => {
  const { tenant } = response.locals as { tenant: string }
  response.json({ deleted: await storeOf(tenant).deleteSessions({ prefix: prefixOf(tenant) }) })
})

app.use(failures)
listen(app, async () => {
  for (const store of stores.values()) await store.close() // overwrites its key
  await database.close()
})

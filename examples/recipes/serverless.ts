// A function that is started, frozen, thawed and stopped as its platform likes, on AWS Lambda's HTTP events. The store is made
// once an instance, outside of the handler; a session is made for each call and costs nothing.
//   STORE_URL=redis://localhost:6379 node examples/recipes/serverless.ts
//   curl localhost:3000/ada -d '{"message": "My name is Ada."}'
// In Postgres, make the tables when you deploy, not when the first request comes: `SQLStore.schemaSQL('postgres')`.
import { realpathSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { SessionStore } from '@sessions/core'
import { RedisStore } from '@sessions/redis'
import { SQLStore } from '@sessions/sql'
import { agent, runner } from './agent.ts'
import { listen } from './listen.ts'

const store = openStore(process.env.STORE_URL ?? 'redis://localhost:6379')

export async function handler(event: {
  rawPath: string
  body?: string
}): Promise<{ statusCode: number; body: string }> {
  const { message } = JSON.parse(event.body ?? '{}') as { message?: unknown }
  if (typeof message !== 'string') return { statusCode: 400, body: 'A message is missing.' }
  const { finalOutput } = await runner.run(agent, message, { session: store.session(event.rawPath) })
  return { statusCode: 200, body: JSON.stringify({ answer: finalOutput }) }
}

/** With `retries`: a connection may have been cut while the instance was frozen. What is tried again is there once. */
function openStore(url: string): SessionStore {
  if (/^rediss?:/.test(url)) return new RedisStore({ url, retries: 3, ttl: 30 * 24 * 3600 })
  return new SQLStore({ url, retries: 3, ttl: 30 * 24 * 3600 })
}

// Stands in for the platform, to try the handler here: one call after the other, as an instance gets them.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename) {
  let last: Promise<unknown> = Promise.resolve()
  listen(
    (request, response) => {
      last = last.then(async () => {
        const answer = handler({ rawPath: request.url ?? '/', body: await text(request) })
        const { statusCode, body } = await answer.catch(({ name }: Error) => ({ statusCode: 500, body: name }))
        response.writeHead(statusCode).end(body)
      })
    },
    () => store.close(),
  )
}

// A Next.js route handler (App Router) that streams the answer: POST /api/chat/ada { "message": "My name is Ada." }
// The store belongs to the module. Where Next loads the module again, as in development, the new store shares the old one's
// connection, since both name one file.
import { SQLiteStore } from '@sessions/sqlite'
import { z } from 'zod'
import { agent, runner } from '../../../../../agent.ts'

const store = new SQLiteStore({ path: process.env.DATABASE ?? 'conversations.db' })
const Body = z.object({ message: z.string().min(1).max(10_000) })

export async function POST(
  request: Request,
  { params }: { params: Promise<{ sessionId: string }> },
): Promise<Response> {
  const body = Body.safeParse(await request.json().catch(() => undefined))
  if (!body.success) return Response.json({ error: 'Bad request' }, { status: 400 })
  // One run at a time: the next message waits until this answer is stored, at most 30 seconds, and knows of it. The answer outlives this
  // function, so the session is held without one.
  const held = await store.session((await params).sessionId).acquire({ signal: request.signal })
  const { session, signal } = held
  const encoder = new TextEncoder()
  const text = new ReadableStream<Uint8Array>({
    async start(controller) {
      try {
        const stream = await runner.run(agent, body.data.message, { session, stream: true, signal })
        for await (const part of stream.toTextStream()) controller.enqueue(encoder.encode(part))
        await stream.completed // now the turn is stored
        controller.close()
      } catch (error) {
        controller.error(error)
      } finally {
        await held.release()
      }
    },
  })
  return new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

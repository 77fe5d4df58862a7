import type { OpenStore } from '@sessions/cli/program'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { DeleteRequest, ExportRequest, ForkRequest, MetadataRequest, RewindRequest } from '../shared/doing.ts'
import { changeMetadata, deleteSession, fork } from './changes.ts'
import { exportLines } from './export.ts'
import { Refusal } from './failure.ts'
import { required } from './query.ts'
import { rewind, rewindPlan } from './rewind.ts'

/** Bytes of a request; metadata are the largest. */
const maxSize = 4_000_000

/** What is not read would break off the connection, and the answer with it. */
async function tooLarge({ req }: Context): Promise<never> {
  const { body } = req.raw
  if (body?.locked === false) await body.pipeTo(new WritableStream())
  throw new Refusal(413, 'That is too much at once.')
}

/** What changes the store, and the export, which takes conversations out of it: only with `--write`. */
export function writes(opened: OpenStore): Hono {
  const app = new Hono()
  app.post('*', bodyLimit({ maxSize, onError: tooLarge }))
  app.get('/rewind', async ({ req, json }) =>
    json(await rewindPlan(opened, required(req, 'id'), required(req, 'entry'), req.raw.signal)),
  )
  app.post('/rewind', async (context) => {
    const shape = { id: 'string', entry: 'string', newest: 'string', removes: 'number' } as const
    await rewind(opened, await bodyOf<RewindRequest>(context, shape), context.req.raw.signal)
    return context.json({})
  })
  app.post('/fork', async (context) => {
    const shape = { id: 'string', to: 'string', upTo: 'string?' } as const
    await fork(opened, await bodyOf<ForkRequest>(context, shape))
    return context.json({})
  })
  app.post('/metadata', async (context) => {
    const shape = { id: 'string', saw: 'object', metadata: 'object' } as const
    await changeMetadata(opened, await bodyOf<MetadataRequest>(context, shape))
    return context.json({})
  })
  app.post('/delete', async (context) => {
    await deleteSession(opened, await bodyOf<DeleteRequest>(context, { id: 'string', updatedAt: 'string' }))
    return context.json({})
  })
  app.post('/export', async (context) => {
    const request = await bodyOf<ExportRequest>(context, { ids: 'strings' })
    return await exportLines(opened, request, context.req.raw.signal)
  })
  return app
}

type Kind = 'string' | 'string?' | 'number' | 'object' | 'strings'

const isOf: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string' && value !== '',
  'string?': (value) => value === undefined || isOf.string(value),
  number: (value) => Number.isSafeInteger(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  strings: (value) => Array.isArray(value) && value.every(isOf.string),
}

/** JSON alone: a form of another page, or a script's text, is refused whatever it holds. @throws Refusal that names what is wrong */
async function bodyOf<T>({ req }: Context, shape: Readonly<Record<keyof T, Kind>>): Promise<T> {
  if (!/^application\/json(;|$)/i.test(req.header('content-type') ?? '')) throw new Refusal(415, 'It must be JSON.')
  const body = parsed(await req.text())
  if (!isOf.object(body)) throw new Refusal(400, 'It must be an object.')
  const given = body as Record<string, unknown>
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(shape, name)) throw new Refusal(400, 'It has a member that is not known.')
  }
  for (const [name, kind] of Object.entries<Kind>(shape)) {
    if (!isOf[kind](given[name])) throw new Refusal(400, `${name} is missing, or not of its kind.`)
  }
  return given as T
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Refusal(400, 'It is no JSON.')
  }
}

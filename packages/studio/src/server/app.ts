import type { OpenStore } from '@sessions/cli/program'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { About, Prices } from '../shared/api.ts'
import { assets } from './assets.ts'
import { compare } from './compare.ts'
import { entriesPage, type WantedEntries, wholeEntry } from './entries.ts'
import { liveEvents } from './events.ts'
import { failure, Refusal } from './failure.ts'
import type { Guard } from './guard.ts'
import { headers } from './headers.ts'
import { outlineOf } from './outline.ts'
import { picturesPart } from './pictures.ts'
import { filterFrom, numberFrom, required } from './query.ts'
import { detailOf, listPage, searchPage } from './sessions.ts'
import { writes } from './writes.ts'

/** What the studio is told beside the store. */
export interface StudioOptions {
  prices?: Prices
  /** Whether the store may be changed. */
  writes?: boolean
}

/** Everything that is answered. */
export function studioApp(opened: OpenStore, guard: Guard, options: StudioOptions): Hono {
  const app = new Hono()
  app.use('*', headers, guard.host, guard.origin, guard.session)
  if (options.writes) app.route('/api', writes(opened))
  app.on(['POST', 'PUT', 'PATCH', 'DELETE'], '*', () => {
    throw options.writes ? new Refusal(405, 'Nothing is changed here.') : new Refusal(403, 'The studio only reads.')
  })
  app.route('/', assets())
  app.route('/api', reads(opened, options))
  app.notFound((context) => context.json({ error: 'There is nothing here.' }, 404))
  app.onError((error, context) => (error instanceof HTTPException ? error.getResponse() : failure(error, context)))
  return app
}

function reads(opened: OpenStore, options: StudioOptions): Hono {
  const app = new Hono()
  app.get('/about', (context) => context.json(aboutOf(opened, options)))
  app.get('/sessions', async ({ req, json }) => {
    const [filter, limit, text] = [filterFrom(req), numberFrom(req, 'limit', 100, 1_000), req.query('text')]
    const { signal } = req.raw
    return json(
      await (text ? searchPage(opened, filter, text, limit, signal) : listPage(opened, filter, limit, signal)),
    )
  })
  app.get('/session', async ({ req, json }) => json(await detailOf(opened, required(req, 'id'), req.raw.signal)))
  app.get('/outline', async ({ req, json }) => json(await outlineOf(opened, required(req, 'id'), req.raw.signal)))
  app.get('/compare', async ({ req, json }) =>
    json(await compare(opened, required(req, 'id'), required(req, 'other'), req.raw.signal)),
  )
  app.get('/pictures', async ({ req, json }) =>
    json(
      await picturesPart(
        opened,
        filterFrom(req),
        numberFrom(req, 'limit', 500, 1_000),
        required(req, 'timeZone'),
        req.raw.signal,
      ),
    ),
  )
  app.get('/entry', async ({ req, json }) =>
    json(await wholeEntry(opened, required(req, 'id'), required(req, 'entry'))),
  )
  app.get('/entries', async ({ req, json }) => {
    const { before, after, around, first } = req.query()
    const limit = numberFrom(req, 'limit', 100, 1_000)
    const wanted: WantedEntries =
      around !== undefined
        ? { limit, around }
        : { limit, ...(before && { before }), ...(after && { after }), ...(first && { after: null }) }
    if ([before, after, around, first].filter((place) => place).length > 1)
      throw new Refusal(400, 'Take one of before, after, around and first.')
    return json(await entriesPage(opened, required(req, 'id'), wanted))
  })
  app.get('/events', (context) =>
    liveEvents(context, opened, required(context.req, 'id'), context.req.query('after') || null),
  )
  return app
}

function aboutOf({ store, bare, label, flags }: OpenStore, { prices, writes }: StudioOptions): About {
  return {
    store: label,
    encrypted: store !== bare,
    keepsPlaces: store.records.keepsPlaces,
    ...(prices && { prices }),
    ...(writes && { writes: { flags } }),
  }
}

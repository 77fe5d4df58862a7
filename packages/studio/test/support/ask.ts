import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Studio } from '../../src/server/listen.ts'

export interface Answer {
  status: number
  headers: NodeJS.Dict<string | string[]>
  body: string
}

/** As any program of the machine, or any page, could ask: with whatever headers. */
export async function ask(
  link: string,
  path: string,
  { body, ...options }: { method?: string; headers?: Readonly<Record<string, string>>; body?: string } = {},
): Promise<Answer> {
  const { port } = new URL(link)
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asked = request({ host: '127.0.0.1', port, path, ...options }, (response) => {
    const { statusCode: status = 0, headers } = response
    // What goes on for ever is not waited for.
    if (headers['content-type']?.startsWith('text/event-stream')) {
      resolve({ status, headers, body: '' })
      return void response.destroy()
    }
    text(response).then((body) => resolve({ status, headers, body }), reject)
  })
  asked.on('error', reject)
  // Node does not say it for every method.
  if (body !== undefined) asked.setHeader('content-length', Buffer.byteLength(body))
  asked.end(body)
  return await promise
}

/** The cookie that the link gives. */
export async function cookieOf({ link }: Pick<Studio, 'link'>): Promise<string> {
  const { pathname, search } = new URL(link)
  const { headers } = await ask(link, `${pathname}${search}`)
  return String(headers['set-cookie']).split(';')[0] ?? ''
}

/** What the page's own questions are answered with. */
export async function get<T>(studio: Pick<Studio, 'link'>, path: string): Promise<T> {
  const { status, body } = await ask(studio.link, path, { headers: { cookie: await cookieOf(studio) } })
  if (status !== 200) throw new Error(`${status} ${body}`)
  return JSON.parse(body) as T
}

/** What the page's own writes are answered with. */
export async function post(studio: Pick<Studio, 'link'>, path: string, body: object): Promise<Answer> {
  const headers = { cookie: await cookieOf(studio), origin: new URL(studio.link).origin }
  const all = { ...headers, 'content-type': 'application/json' }
  return await ask(studio.link, `/api/${path}`, { method: 'POST', headers: all, body: JSON.stringify(body) })
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'

/** Who may ask: whoever has followed the link that the terminal shows, from the page itself, under an address of this machine. */
export class Guard {
  /** In the link. What it is exchanged for is another secret, so that neither serves in the place of the other. */
  readonly token: string = randomBytes(32).toString('base64url')
  readonly #secret: string = randomBytes(32).toString('base64url')
  readonly #hostname: string
  readonly #port: number

  /** @param hostname - what is listened on */
  constructor(hostname: string, port: number) {
    this.#hostname = hostname
    this.#port = port
  }

  /**
   * A name that a stranger's server answers for can be made to lead here (DNS rebinding): only addresses, which cannot, and names that are
   * known are answered.
   */
  readonly host: MiddlewareHandler = async (context, next) => {
    if (!this.#isOurs(context.req.header('host') ?? '')) {
      return context.text('This address is not one under which the studio is reached.', 421)
    }
    await next()
  }

  /** Other pages, of this machine too, ask in vain; whatever changes something says where it comes from. */
  readonly origin: MiddlewareHandler = async (context, next) => {
    const { method, path } = context.req
    const origin = context.req.header('origin')
    const site = context.req.header('sec-fetch-site')
    const isRead = method === 'GET' || method === 'HEAD'
    const own = `http://${context.req.header('host') ?? ''}`
    const isForeign = origin === undefined ? !isRead : origin.toLowerCase() !== own.toLowerCase()
    // A link that is followed from elsewhere leads to the page, and to nothing else.
    const isFollowed = isRead && path === '/' && context.req.header('sec-fetch-dest') === 'document'
    const isOtherSite = site !== undefined && site !== 'same-origin' && site !== 'none'
    if (isForeign || (isOtherSite && !isFollowed)) return context.text('This comes from another page.', 403)
    await next()
  }

  /** The token opens the page, and gives the cookie that everything else needs. */
  readonly session: MiddlewareHandler = async (context, next) => {
    const { path } = context.req
    // Cookies know no ports: another studio of this machine has one of another name.
    const cookie = `sessions_studio_${this.#port}`
    const token = path === '/' ? context.req.query('token') : undefined
    if (token !== undefined && isEqual(token, this.token)) {
      setCookie(context, cookie, this.#secret, { httpOnly: true, sameSite: 'Strict', path: '/' })
    } else if (!isEqual(getCookie(context, cookie) ?? '', this.#secret)) {
      return context.text('Open the link that the terminal shows: it has the token that opens this page.', 401)
    }
    await next()
  }

  #isOurs(host: string): boolean {
    const [, name = '', port = '80'] = /^(\[[0-9a-f:.]+\]|[^:]+)(?::(\d+))?$/i.exec(host) ?? []
    if (Number(port) !== this.#port) return false
    const bare = name.replace(/^\[|\]$/g, '').toLowerCase()
    if (bare === 'localhost' || bare === '127.0.0.1' || bare === '::1') return true
    return !isLoopback(this.#hostname) && (isIP(bare) !== 0 || bare === this.#hostname.toLowerCase())
  }
}

/** Whether nobody on another machine reaches it. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '::1' || /^127(\.\d+){3}$/.test(hostname)
}

/** In the same time, however much of it is right. */
function isEqual(given: string, secret: string): boolean {
  const [a, b] = [given, secret].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(a as Buffer, b as Buffer)
}

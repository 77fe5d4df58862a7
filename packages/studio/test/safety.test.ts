import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { MemoryStore } from '@sessions/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Studio } from '../src/server/listen.ts'
import { ask, cookieOf } from './support/ask.ts'
import { studioOf } from './support/studio.ts'

const store = new MemoryStore()
let studio: Studio
let cookie: string
let port: string
beforeAll(async () => {
  await store.session('a').addItems([{ role: 'user', content: 'a secret' }])
  studio = await studioOf(store)
  cookie = await cookieOf(studio)
  port = new URL(studio.link).port
})
afterAll(() => studio[Symbol.asyncDispose]())

const paths = [
  '/',
  '/page.js',
  '/page.css',
  '/api/about',
  '/api/sessions',
  '/api/entries?id=a',
  '/api/events?id=a',
  '/nothing',
]

describe('without the link', () => {
  it('answers nothing, whatever is asked', async () => {
    for (const path of paths) {
      for (const headers of [{}, { cookie: `sessions_studio_${port}=` }, { cookie: `sessions_studio_${port}=guess` }]) {
        const { status, body } = await ask(studio.link, path, { headers })
        expect([path, status]).toEqual([path, 401])
        expect(body).toBe('Open the link that the terminal shows: it has the token that opens this page.')
      }
    }
    for (const token of ['', 'guess', cookie.split('=')[1]]) {
      expect((await ask(studio.link, `/?token=${token}`)).status).toBe(401)
    }
  })

  it('takes the token for the page alone, and as no cookie', async () => {
    const { searchParams } = new URL(studio.link)
    const token = searchParams.get('token') ?? ''
    expect(token).toMatch(/^[\w-]{43}$/)
    expect((await ask(studio.link, `/api/sessions?token=${token}`)).status).toBe(401)
    const asCookie = { cookie: `sessions_studio_${port}=${token}` }
    expect((await ask(studio.link, '/api/sessions', { headers: asCookie })).status).toBe(401)
  })
})

it('exchanges the token for a cookie that no script and no other site gets', async () => {
  const { search } = new URL(studio.link)
  const { status, headers } = await ask(studio.link, `/${search}`)
  expect(status).toBe(200)
  expect(headers['set-cookie']).toEqual([
    expect.stringMatching(new RegExp(`^sessions_studio_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`)),
  ])
  expect((await ask(studio.link, '/api/sessions', { headers: { cookie } })).status).toBe(200)
})

it('answers under no name but its own: a name of a stranger may lead here', async () => {
  const hosts = { [`127.0.0.1:${port}`]: 200, [`localhost:${port}`]: 200, [`[::1]:${port}`]: 200 }
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    'localhost',
    `localhost:1`,
  ])
    hosts[host] = 421
  hosts[`192.168.1.1:${port}`] = 421
  // What is no name at all is refused before it comes here.
  hosts[`127.0.0.1:${port}@evil.example`] = 400
  for (const [host, expected] of Object.entries(hosts)) {
    const { status, body } = await ask(studio.link, '/api/sessions', { headers: { cookie, host } })
    expect([host, status]).toEqual([host, expected])
    if (expected !== 200) expect(body).not.toContain('sessionId')
  }
})

it('answers no other page, and no write that does not say where it comes from', async () => {
  const own = `http://127.0.0.1:${port}`
  const asked: [string, Record<string, string>, number][] = [
    ['GET', { origin: own }, 200],
    ['GET', { origin: 'https://evil.example' }, 403],
    ['GET', { origin: `http://127.0.0.1:${Number(port) + 1}` }, 403],
    ['GET', { origin: 'null' }, 403],
    ['GET', { 'sec-fetch-site': 'cross-site' }, 403],
    ['GET', { 'sec-fetch-site': 'same-site' }, 403],
    ['GET', { 'sec-fetch-site': 'same-origin' }, 200],
    ['POST', {}, 403],
    ['POST', { origin: 'https://evil.example' }, 403],
    ['DELETE', { origin: 'null' }, 403],
  ]
  for (const [method, headers, expected] of asked) {
    const { status } = await ask(studio.link, '/api/sessions', { method, headers: { cookie, ...headers } })
    expect([method, headers, status]).toEqual([method, headers, expected])
  }
  const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' }
  expect((await ask(studio.link, `/${new URL(studio.link).search}`, { headers: followed })).status).toBe(200)
  expect((await ask(studio.link, '/api/sessions', { headers: { cookie, ...followed } })).status).toBe(403)
})

it('refuses every write on the server, whatever the page is', async () => {
  const headers = { cookie, origin: `http://127.0.0.1:${port}` }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    for (const path of [
      '/api/session',
      '/api/fork',
      '/api/rewind',
      '/api/metadata',
      '/api/delete',
      '/api/export',
      '/',
    ]) {
      const sent = { method, headers: { ...headers, 'content-type': 'application/json' }, body: '{"id":"a"}' }
      const { status, body } = await ask(studio.link, path, sent)
      expect([method, path, status]).toEqual([method, path, 403])
      expect(body).toContain('only reads')
    }
  }
  expect(await store.session('a').getItems()).toHaveLength(1)
})

it('lets the page run nothing but its own script, and fetch nothing from elsewhere', async () => {
  for (const path of [...paths, '/api/session?id=missing']) {
    const { headers } = await ask(studio.link, path, { headers: path === '/page.js' ? {} : { cookie } })
    const policy = String(headers['content-security-policy']).split('; ')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("style-src 'self'")
    expect(policy).toContain("connect-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy.join()).not.toMatch(/unsafe|https?:|\*/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['access-control-allow-origin']).toBeUndefined()
  }
  const page = readFileSync(new URL('../dist/page/index.html', import.meta.url), 'utf8')
  expect(page).not.toMatch(/<script(?![^>]*src=)|<style|https?:|\son\w+=/)
})

it('listens on this machine alone', async () => {
  const others = Object.values(networkInterfaces()).flatMap((all = []) => all.filter(({ internal }) => !internal))
  for (const { address, family } of others) {
    if (family !== 'IPv4') continue
    await expect(fetch(`http://${address}:${port}/`)).rejects.toThrow()
  }
  expect(new URL(studio.link).hostname).toBe('127.0.0.1')
})

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { SQLSession, SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'

const sockets = await mkdtemp(join(tmpdir(), 'sessions-sockets-'))
await promisify(execFile)('chmod', ['777', sockets])
const postgres = await startPostgres({ settings: { unix_socket_directories: sockets } })
const mariadb = await startMariaDB({ settings: { socket: `${sockets}/mariadb.sock` } })
afterAll(async () => {
  await Promise.all([postgres.stop(), mariadb.stop()])
  await rm(sockets, { recursive: true })
})

/** What each of a url's makers throws. */
function thrownBy(url: string): unknown[] {
  return [() => new SQLStore({ url }), () => new SQLSession({ sessionId: 's', url })].map((make) => {
    try {
      make()
      return undefined
    } catch (error) {
      return error
    }
  })
}

describe.each(['postgres', 'mariadb', 'mysql'])('of %s', (scheme) => {
  it.each([
    'se#cret',
    'se/cret',
    'se?cret',
    '12#cret',
    '12/cret',
    '12?cret',
    '12?x=cret',
    'se%zzcret',
    'se cret',
    'se\ncret',
  ])('a password that is not escaped is refused, and shown nowhere: %j', (password) => {
    for (const host of ['host', '', '[::1]']) {
      for (const error of thrownBy(`${scheme}://user:${password}@${host}/db`)) {
        expect(error).toBeInstanceOf(TypeError)
        expect(String(error)).toMatch(/percent-encoded/)
        expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/cret|12|zz/)
      }
    }
  })

  it.each([
    'sslMode=maybe',
    'ssl=yes',
    'sslmode=DISABLE',
    'tls=preferred',
    'ssl-mode=PREFERRED',
    'sslaccept=whatever',
    'nobodyKnows=this',
    'toString=1',
    '__proto__=1',
    'connectionLimit=5',
    'connection_limit=5',
    'pgbouncer=true',
    'channel_binding=maybe',
    'charset=latin1',
    'client_encoding=latin1',
    'connect_timeout=99999999',
    'connect_timeout=-1',
    'statement_timeout=4294967296',
    'ssl=true&ssl=true',
  ])('a parameter that is not understood is refused by its name: %s', (parameter) => {
    for (const error of thrownBy(`${scheme}://user:secret@host/db?${parameter}`)) {
      expect(error).toBeInstanceOf(TypeError)
      expect(String(error)).toContain(parameter.slice(0, parameter.indexOf('=')))
      expect(inspect(error)).not.toContain('secret')
    }
  })

  it.each(['sslmode=disable&ssl=true', 'ssl=false&sslrootcert=/a.pem', 'sslmode=verify-full&ssl=0'])(
    'what contradicts itself is refused: %s',
    (parameters) => {
      for (const error of thrownBy(`${scheme}://user:secret@host/db?${parameters}`)) {
        expect(String(error)).toMatch(/TypeError: url asks for TLS and for none/)
      }
    },
  )

  it.each(['//a,b/db', '//a:1,b:2/db', 'db', '/db', '//host:port/db', '//host:70000/db'])(
    'no url is refused: %s',
    (rest) => {
      for (const error of thrownBy(`${scheme}:${rest}`)) expect(error).toBeInstanceOf(TypeError)
    },
  )

  it('a certificate that is not there fails the first call, and shows no password', async () => {
    await using store = new SQLStore({ url: `${scheme}://user:secret@localhost:1/db?sslrootcert=/nowhere.pem` })
    const error = await failure(store.session('s').getItems())
    expect(error.message).toMatch(/certificates/)
    expect(inspect(error, { depth: 10 })).not.toContain('secret')
  })
})

async function works(url: string): Promise<void> {
  await using store = new SQLStore({ url, createTables: true })
  await store.session('s').addItems([message('hello')])
  expect((await store.session('s').getItems()).at(-1)).toEqual(message('hello'))
}

it('every character of a password arrives, where it is escaped', async () => {
  const password = `a:b/c?d#e@f%g&h=i+j k'l"m\\n日😀[]`
  const escaped = encodeURIComponent(password)
  const url = new URL(await mariadb.createDatabase())
  const admin = new Admin(url.href)
  await admin.execute(`CREATE USER 'odd:/?#@name'@'%' IDENTIFIED BY '${password.replaceAll(/['\\]/g, '\\$&')}'`)
  await admin.execute("GRANT ALL ON *.* TO 'odd:/?#@name'@'%'")
  await admin.close()
  for (const scheme of ['mariadb', 'mysql', 'mysql+aiomysql']) {
    await works(`${scheme}://${encodeURIComponent('odd:/?#@name')}:${escaped}@${url.host}${url.pathname}`)
  }
})

it('a socket is found, with a user and without a host', async () => {
  const url = new URL(await postgres.createDatabase())
  await works(`postgres://postgres:secret@${url.pathname}?host=${sockets}&port=${url.port}`)
  await works(`postgresql+asyncpg://postgres@${encodeURIComponent(sockets)}:${url.port}${url.pathname}`)
  await works(`postgres://${url.pathname}?host=${sockets}&port=${url.port}&user=postgres&password=secret`)
  const { pathname } = new URL(await mariadb.createDatabase())
  for (const scheme of ['mariadb', 'mysql']) {
    await works(`${scheme}://root@${pathname}?socketPath=${sockets}/mariadb.sock`)
    await works(`${scheme}://root@localhost${pathname}?unix_socket=${sockets}/mariadb.sock`)
  }
})

it('what a url of Postgres asks for is done', async () => {
  const url = await postgres.createDatabase()
  const admin = new Admin(url)
  await works(`${url}?schema=agents&connect_timeout=5&client_encoding=UTF8`)
  expect(await admin.select('SELECT count(*)::int AS n FROM agents.agent_messages')).toEqual([{ n: 1 }])
  await using store = new SQLStore({
    url: `${url}?schema=agents&application_name=mine&statement_timeout=4321&options=-c%20lock_timeout%3D99`,
    schema: 'agents',
  })
  await store.session('s').getItems()
  const named = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'mine'"
  expect(await admin.select(named)).toEqual([{ n: 1 }])
  expect(() => new SQLStore({ url: `${url}?schema=agents`, schema: 'others' })).toThrow(/schema is another one/)
  await admin.close()
})

import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { SQLStore } from '@sessions/sql'
import { createCertificates, startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'

const [forPostgres, forMariaDB] = [await createCertificates('postgres'), await createCertificates('mysql')]
/** Who has to prove a password, and who is let in. */
const rules = join(dirname(forPostgres.certificate), 'pg_hba.conf')
await writeFile(rules, 'host all careful all scram-sha-256\nhost all all all trust\nlocal all all trust\n', {
  mode: 0o644,
})
const postgres = await startPostgres({
  settings: { ssl: 'on', ssl_cert_file: forPostgres.certificate, ssl_key_file: forPostgres.key, hba_file: rules },
})
const mariadb = await startMariaDB({ settings: { ssl_cert: forMariaDB.certificate, ssl_key: forMariaDB.key } })
const [plainPostgres, plainMariaDB] = [await startPostgres(), await startMariaDB()]
const servers = [postgres, mariadb, plainPostgres, plainMariaDB]
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await Promise.all([forPostgres, forMariaDB].map((certificates) => certificates[Symbol.asyncDispose]()))
})

/** With parameters, under the name that the certificate has or, by its address, under one that it has not. */
function ask(url: string, parameters: string, host = 'localhost'): string {
  return `${Object.assign(new URL(url), { hostname: host }).href}?${parameters}`
}

async function works(url: string): Promise<void> {
  await using store = new SQLStore({ url, createTables: true })
  await store.session('s').addItems([message('hello')])
  expect((await store.session('s').getItems()).at(-1)).toEqual(message('hello'))
}

async function refuses(url: string): Promise<void> {
  await using store = new SQLStore({ url, createTables: true })
  const error = await failure(store.session('s').addItems([message('hello')]))
  expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: false, ambiguous: false })
  expect(error.message).toMatch(/TLS/)
  expect(inspect(error, { depth: 10 })).not.toContain('secret')
}

describe.each([
  { name: 'mariadb', as: (url: string) => url },
  { name: 'mysql2', as: (url: string) => url.replace('mariadb:', 'mysql:') },
])('through $name', ({ as }) => {
  const { authority, foreign } = forMariaDB
  /** A user that the server lets in over TLS alone. */
  async function withTLS(server = mariadb): Promise<string> {
    const url = await server.createDatabase()
    const admin = new Admin(url)
    await admin.execute("CREATE OR REPLACE USER 'careful'@'%' IDENTIFIED BY 'secret' REQUIRE SSL")
    await admin.execute("GRANT ALL ON *.* TO 'careful'@'%'")
    await admin.close()
    return as(Object.assign(new URL(url), { username: 'careful', password: 'secret' }).href)
  }

  const verified = [
    `sslmode=verify-full&sslrootcert=${authority}`,
    `ssl-mode=VERIFY_IDENTITY&ssl-ca=${authority}`,
    `sslMode=verify_identity&sslca=${authority}`,
    `ssl=true&sslca=${authority}`,
    `tls=true&sslca=${authority}`,
    `sslaccept=strict&ssl_ca=${authority}`,
    `sslca=${authority}`,
  ]
  const byAuthority = [`sslmode=verify-ca&sslrootcert=${authority}`, `ssl-mode=REQUIRED&ssl-ca=${authority}`]
  const encrypted = ['sslmode=require', 'ssl-mode=REQUIRED', 'tls=skip-verify', 'sslaccept=accept_invalid_certs']

  it('what asks for TLS gets it, and looks at the certificate as far as was asked', async () => {
    const url = await withTLS()
    for (const parameters of verified) {
      await works(ask(url, parameters))
      const byAddress = ask(url, parameters, '127.0.0.1')
      // mysql2 cannot verify an address, and would look for another name.
      if (url.startsWith('mysql:')) expect(() => new SQLStore({ url: byAddress })).toThrow(/name the host/)
      else await refuses(byAddress)
      await refuses(ask(url, parameters.replace(authority, foreign)))
    }
    for (const parameters of byAuthority) {
      await works(ask(url, parameters, '127.0.0.1'))
      await refuses(ask(url, parameters.replace(authority, foreign)))
    }
    for (const parameters of encrypted) await works(ask(url, parameters, '127.0.0.1'))
    for (const parameters of ['ssl=true', 'tls=1', 'sslaccept=strict']) await refuses(ask(url, parameters))
  })

  it('what asks for TLS never goes on without', async () => {
    const url = as(await plainMariaDB.createDatabase())
    for (const parameters of [...verified, ...byAuthority, ...encrypted]) await refuses(ask(url, parameters))
    for (const parameters of ['ssl=false', 'sslmode=disable', 'ssl-mode=DISABLED', 'tls=false']) {
      await works(ask(url, parameters, '127.0.0.1'))
    }
  })
})

describe('through pg', () => {
  const { authority, foreign } = forPostgres
  /** Whether connections of stores to this database are encrypted. */
  async function areEncrypted(url: string, work: Promise<void>): Promise<boolean[]> {
    await work
    const admin = new Admin(url)
    const rows = await admin.select<{ ssl: boolean }>(
      `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
       WHERE application_name = '@sessions/sql' AND datname = current_database()`,
    )
    await admin.close()
    return rows.map(({ ssl }) => ssl)
  }

  it('what asks for TLS gets it, and looks at the certificate as far as was asked', async () => {
    const url = await postgres.createDatabase()
    const verified = ['verify-full', 'verify-ca', 'require'].map((mode) => `sslmode=${mode}&sslrootcert=${authority}`)
    for (const parameters of [...verified, `ssl=true&sslrootcert=${authority}`, `sslrootcert=${authority}`]) {
      await works(ask(url, parameters))
      await refuses(ask(url, parameters, '127.0.0.1'))
      await refuses(ask(url, parameters.replace(authority, foreign)))
    }
    const byAuthority = `uselibpqcompat=true&sslmode=verify-ca&sslrootcert=${authority}`
    await works(ask(url, byAuthority, '127.0.0.1'))
    await refuses(ask(url, byAuthority.replace(authority, foreign)))
    for (const parameters of ['ssl=true', 'ssl=1', 'sslmode=require', 'sslmode=verify-full'])
      await refuses(ask(url, parameters))

    for (const [parameters, isEncrypted] of [
      ['sslmode=no-verify', true],
      ['uselibpqcompat=true&sslmode=require', true],
      ['ssl=false', false],
      ['ssl=0', false],
      ['sslmode=disable', false],
    ] as const) {
      await using store = new SQLStore({ url: ask(url, parameters, '127.0.0.1'), createTables: true })
      const work = store.session('s').addItems([message('hello')])
      expect(await areEncrypted(url, work)).toEqual([isEncrypted])
    }
  })

  it('channel_binding=require is done where the server can, and refused where it cannot', async () => {
    const url = await postgres.createDatabase()
    const admin = new Admin(url)
    await admin.execute("CREATE ROLE careful LOGIN SUPERUSER PASSWORD 'secret'")
    await admin.close()
    const careful = Object.assign(new URL(url), { username: 'careful', password: 'secret' }).href
    const required = 'channel_binding=require'
    await works(ask(careful, `sslmode=require&${required}&sslrootcert=${authority}`))
    for (const parameters of [`ssl=false&${required}`, `${required}`]) await refuses(ask(careful, parameters))
    // Let in without a password: nothing that could be bound.
    await refuses(ask(await plainPostgres.createDatabase(), required))
  })

  it('what asks for TLS never goes on without', async () => {
    const url = await plainPostgres.createDatabase()
    for (const parameters of ['ssl=true', 'sslmode=require', 'sslmode=no-verify', `sslrootcert=${authority}`]) {
      await refuses(ask(url, parameters))
    }
    await works(ask(url, 'ssl=false'))
  })
})

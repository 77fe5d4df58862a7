import { execFile } from 'node:child_process'
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serverUser } from './machine/user.ts'

/** Files of PEM for a server that speaks TLS as `localhost`, and under no other name, and for its clients. */
export interface Certificates extends AsyncDisposable {
  /** The authority that signed the server's certificate. */
  readonly authority: string
  /** One that did not. */
  readonly foreign: string
  readonly certificate: string
  readonly key: string
}

/** Made by `openssl`, for a server that runs as that user. */
export async function createCertificates(user: 'postgres' | 'mysql' | 'nobody'): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'sessions-certificates-'))
  const path = (name: string): string => join(folder, name)
  const make = async (name: string, ...options: string[]): Promise<string> => {
    const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.crt`)]
    const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`]
    await promisify(execFile)('openssl', [...kind, ...files, ...options])
    return path(`${name}.crt`)
  }
  const [authority, foreign] = await Promise.all([make('authority'), make('foreign')])
  const signed = ['-CA', authority, '-CAkey', path('authority.key'), '-addext', 'subjectAltName=DNS:localhost']
  const certificate = await make('server', ...signed, '-addext', 'basicConstraints=critical,CA:FALSE')
  const owner = await serverUser(user)
  if (owner !== undefined) {
    for (const file of await readdir(folder)) await chown(path(file), owner.uid, owner.gid)
  }
  await chmod(folder, 0o755)
  return {
    authority,
    foreign,
    certificate,
    key: path('server.key'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

import { expect, it } from 'vitest'
import { findFile } from '../src/machine/machine.ts'
import { provide } from '../src/machine/provide.ts'
import { galera, mariadb, postgres } from '../src/machine/software.ts'

const bare = { find: () => undefined, canInstall: false, install: async () => {} }

it('says what to do where software is missing and can’t be installed', async () => {
  await expect(provide(postgres, bare)).rejects.toThrow(
    [
      'These tests need Postgres, and this machine lacks initdb, postgres. Any of these helps:',
      '  sudo apt-get install --no-install-recommends postgresql',
      '  brew install postgresql@17',
      '  docker compose up -d --wait postgres && export SESSIONS_TEST_POSTGRES_URL=postgres://postgres:sessions@127.0.0.1:54320/postgres',
    ].join('\n'),
  )
})

it('names Homebrew only for what it has', async () => {
  await expect(provide(galera, bare)).rejects.not.toThrow('brew')
})

it('installs what is missing where it may, and says what else to do if that does not help', async () => {
  const installed: string[] = []
  const machine = {
    find: (file: string) => (installed.includes('mariadb-server') ? `/bin/${file}` : undefined),
    canInstall: true,
    install: async (packages: readonly string[]) => void installed.push(...packages),
  }
  expect(await provide(mariadb, machine)).toEqual(['/bin/mariadbd', '/bin/mariadb-install-db'])
  await expect(provide(mariadb, { ...bare, canInstall: true })).rejects.toThrow('brew install mariadb')
})

it('finds what is on the PATH and what is in a folder of its own', () => {
  expect(findFile('sh', postgres)).toMatch(/\/sh$/)
  expect(findFile('no-such-file', postgres)).toBeUndefined()
})

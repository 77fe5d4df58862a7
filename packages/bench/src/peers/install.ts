import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { peersFolder } from './find.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** Installs the peers as their lock file says, unless that has been done: some 800 MB, of which no other command knows. */
export function installPeers(say: (line: string) => void): void {
  const lock = readFileSync(join(peersFolder, 'package-lock.json'), 'utf8')
  const mark = join(peersFolder, 'node_modules/.installed-lock.json')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return
  say('Installing the peers, which takes minutes …')
  execFileSync('npm', ['ci'], { cwd: peersFolder, stdio: ['ignore', 'ignore', 'inherit'] })
  writeFileSync(mark, lock)
}

/** Builds our packages. */
export function buildOurs(): void {
  const filters = ['core', 'sqlite', 'sql', 'redis', 'encrypted'].map((name) => `--filter=@sessions/${name}`)
  execFileSync('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only', ...filters], {
    cwd: root,
    stdio: 'inherit',
  })
}

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pack } from '../../../../scripts/pack.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const packages = ['cli', 'core', 'sqlite', 'sql']

/** The command as users get it: packed, in a folder of its own, with the dependencies that the workspace has. Gives the path of its program. */
export function installCommand(): string {
  execFileSync('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], { cwd: root, stdio: 'inherit' })
  const folder = mkdtempSync(join(tmpdir(), 'sessions-bench-cli-'))
  const modules = join(folder, 'node_modules')
  for (const name of packages) {
    const from = join(root, 'packages', name)
    const to = join(modules, '@sessions', name)
    mkdirSync(to, { recursive: true })
    execFileSync('tar', ['-xzf', pack(from, folder), '--strip-components=1', '-C', to])
    for (const dependency of dependenciesIn(join(from, 'node_modules'))) link(from, modules, dependency)
  }
  return join(modules, '@sessions/cli/dist/cli.js')
}

function dependenciesIn(modules: string): string[] {
  return readdirSync(modules).flatMap((name) => {
    if (name.startsWith('.') || name === '@sessions') return []
    return name.startsWith('@') ? readdirSync(join(modules, name)).map((each) => `${name}/${each}`) : [name]
  })
}

function link(from: string, modules: string, name: string): void {
  const target = join(modules, name)
  if (existsSync(target)) return
  mkdirSync(join(target, '..'), { recursive: true })
  symlinkSync(join(from, 'node_modules', name), target)
}

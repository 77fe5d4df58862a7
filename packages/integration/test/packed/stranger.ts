import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inject } from 'vitest'

/** Milliseconds for one command, so that a registry which does not answer fails the test instead of holding it up. */
const commandTimeout = 600_000

export const root: string = fileURLToPath(new URL('../../../../', import.meta.url))

/** What this process was told by vitest and by the package manager that started it is not for a stranger's commands. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|VITEST|NODE_(ENV|OPTIONS|TEST_CONTEXT)$)/i.test(name)),
)

/** Somebody with an empty folder who has never seen this repository. What the rehearsal released is their registry's newest. */
export class Stranger implements Disposable {
  readonly home: string = mkdtempSync(join(tmpdir(), 'sessions-stranger-'))

  constructor() {
    this.write('.npmrc', inject('release').npmrc)
    this.write('package.json', JSON.stringify({ name: 'stranger', private: true, type: 'module' }))
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.home, file)), { recursive: true })
    writeFileSync(join(this.home, file), text)
  }

  /** What the command printed. @throws if it fails, with what it printed */
  async run(command: string, parameters: readonly string[], env: Readonly<NodeJS.ProcessEnv> = {}): Promise<string> {
    const options = { cwd: this.home, env: { ...environment, ...env }, timeout: commandTimeout }
    try {
      return (await promisify(execFile)(command, parameters, options)).stdout
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string }
      throw new Error(`${command} ${parameters.join(' ')}\n${stdout}\n${stderr}`, { cause: error })
    }
  }

  async npmInstall(...specs: string[]): Promise<void> {
    await this.run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', ...specs])
  }

  /** The version of something that is installed here. */
  installed(name: string): string {
    return JSON.parse(readFileSync(join(this.home, 'node_modules', name, 'package.json'), 'utf8')).version
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}

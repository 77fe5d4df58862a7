import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { copyTemplate } from '../../../scripts/copy-template.ts'

const project = fileURLToPath(new URL('..', import.meta.url))

/** Inside this package, so that imports resolve as they do in a package of the workspace. */
function newAdapter(name: string): string {
  mkdirSync(join(project, '.snippets'), { recursive: true })
  const home = mkdtempSync(join(project, '.snippets/adapter-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  cpSync(join(project, '../../tsconfig.base.json'), join(home, 'tsconfig.base.json'))
  mkdirSync(join(home, 'packages'))
  const folder = join(home, 'packages', name)
  copyTemplate(name, folder)
  return folder
}

describe('pnpm new:adapter', () => {
  it('makes a package that is named throughout after its adapter', () => {
    const folder = newAdapter('my-db')
    const files = globSync('**/*.*', { cwd: folder }).toSorted()
    expect(files).toContain(join('src', 'my-db-store.ts'))
    for (const file of files) expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(/template/i)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    expect(manifest).toMatchObject({ name: '@sessions/my-db', files: ['dist', 'CHANGELOG.md'] })
    expect(manifest).not.toHaveProperty('private')
    expect(readFileSync(join(folder, 'src/index.ts'), 'utf8')).toContain("export { MyDbStore } from './my-db-store.ts'")
  })

  it.each(['acme', 'my-db'])('makes a package %s that keeps the house rules', (name) => {
    const home = join(newAdapter(name), '../..')
    execFileSync(process.execPath, [join(project, '../../scripts/check-shape.ts')], { cwd: home, stdio: 'inherit' })
  })

  it('makes a package that passes the kit from the start', () => {
    const folder = newAdapter('acme')
    const output = execFileSync('vitest', ['run', '-t', 'append/'], { cwd: folder, encoding: 'utf8' })
    expect(output).toMatch(/AcmeStore: 11 passed, 0 failed, 0 skipped/)
    expect(output).toMatch(/AcmeSession: \d+ passed, 0 failed/)
  })

  it('refuses a name that no package may have, and a folder that is there', () => {
    expect(() => copyTemplate('My DB', '/nowhere')).toThrow(TypeError)
    expect(() => newAdapter('../core')).toThrow(TypeError)
    expect(() => copyTemplate('acme', project)).toThrow(/EEXIST/)
  })
})

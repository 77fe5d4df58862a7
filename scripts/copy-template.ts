import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const template = fileURLToPath(new URL('../templates/adapter', import.meta.url))

/**
 * Copies the template of an adapter to `destination`, which must not exist: for `my-db`, a package `@sessions/my-db` with the
 * classes `MyDbStore` and `MyDbSession`. @throws TypeError for a name that no package may have
 */
export function copyTemplate(name: string, destination: string): void {
  if (!isPackageName(name)) {
    throw new TypeError(`${JSON.stringify(name)} is no name for a package: use lower case, digits and hyphens.`)
  }
  const className = name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
  const renamed = (text: string): string => text.replaceAll('Template', className).replaceAll('template', name)
  mkdirSync(destination)
  const own = (file: string): boolean => file === 'node_modules' || file === 'dist' || file.startsWith('.')
  for (const file of globSync('**/*.*', { cwd: template, exclude: own }).concat('LICENSE')) {
    const target = join(destination, renamed(file))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, renamed(readFileSync(join(template, file), 'utf8')))
  }
  const manifest = join(destination, 'package.json')
  const { private: _, ...published } = JSON.parse(readFileSync(manifest, 'utf8'))
  published.description = `Agent sessions in ${className}`
  writeFileSync(manifest, `${JSON.stringify(published, null, 2)}\n`)
}

/** Whether a package of an adapter may be called so. */
export function isPackageName(name: string): boolean {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { licences } from './commonjs.ts'

/** What a page consists of: nothing else is fetched. */
export const pageFiles = ['index.html', 'page.css', 'page.js'] as const

/**
 * Builds the page whose sources are in `source`: `main.tsx` with every library it needs in one file, and the styles, with those that they import. A file that is the
 * same as before is left alone, so that somebody may read it meanwhile.
 */
export async function buildPage(source: string, destination: string): Promise<void> {
  const build = await rolldown({
    input: join(source, 'main.tsx'),
    platform: 'browser',
    tsconfig: resolve(source, 'tsconfig.json'),
    onLog: (_, log) => {
      throw new Error(log.message)
    },
  })
  const { output } = await build.generate({ format: 'es', minify: true, codeSplitting: false })
  await build.close()
  const [{ code, moduleIds }] = output
  const inside = /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/
  mkdirSync(destination, { recursive: true })
  const find = createRequire(resolve(source, 'main.tsx')).resolve
  const styles = readFileSync(join(source, 'page.css'), 'utf8')
  const css = styles.replaceAll(/^@import "([^"]+)";$/gm, (_, name: string) => readFileSync(find(name), 'utf8'))
  write(join(destination, 'page.js'), `${licences({ moduleIds }, inside)}${code}`)
  write(join(destination, 'page.css'), css)
  write(join(destination, 'index.html'), readFileSync(join(source, 'index.html'), 'utf8'))
}

function write(file: string, text: string): void {
  if (read(file) !== text) writeFileSync(file, text)
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

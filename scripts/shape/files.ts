import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

const maxLines = 250
const names = /^([a-z0-9]+(-[a-z0-9]+)*(\.test)?\.tsx?)$/

/** Short files with names in kebab-case, an `index.ts` that only re-exports, and no merge left half done. */
export function files(): string[] {
  const code = ['{packages,templates}/*/{src,test,page}/**/*.{ts,tsx}', 'scripts/**/*.ts', 'examples/**/*.ts']
  const exclude = (name: string): boolean => name === 'node_modules'
  return globSync([...code, '*.md', '{docs,examples,packages/*,templates/*}/**/*.md'], { exclude }).flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    const lines = text.split('\n').length - 1
    const isCode = /\.tsx?$/.test(file)
    return [
      ...(/^(<{7}|>{7}) /m.test(text) ? [`${file}: a merge was left half done`] : []),
      ...(isCode && lines > maxLines ? [`${file}: ${lines} lines, at most ${maxLines}`] : []),
      ...(isCode && !names.test(basename(file)) ? [`${file}: its name is not in kebab-case`] : []),
      ...(/^packages\/(?!bench)\w[^/]*\/src\/(\w+\/)?index\.ts$/.test(file) && /^(?!export |\s|\}|$)/m.test(text)
        ? [`${file}: an index only re-exports`]
        : []),
    ]
  })
}

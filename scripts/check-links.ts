/**
 * Looks up every relative link, anchor and path of every document, offline. npm takes those of a package's README from its
 * `repository.directory` on, so they hold there as they do here.
 */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { commandLine } from './command-line.ts'

commandLine(
  `node scripts/check-links.ts

Looks up every link and path of every document.`,
  {},
)

const files = globSync('**/*.md', { exclude: ['**/node_modules', '**/dist', '.changeset'] })
const findings = files.flatMap((file) => [...linksOf(file).flatMap((link) => check(file, link)), ...pathsOf(file)])

for (const finding of findings) console.error(finding)
console.log(`${files.length} documents`)
process.exit(findings.length === 0 ? 0 : 1)

/** Without code, in which brackets are no links. */
function textOf(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/^(`{3,})[\s\S]*?^\1$/gm, '')
}

function linksOf(file: string): string[] {
  const text = textOf(file).replaceAll(/`[^`\n]*`/g, '``')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
}

/** What a document names in the repository is there: `packages/core/src/session.ts`. */
function pathsOf(file: string): string[] {
  const paths = textOf(file).matchAll(/`((?:packages|scripts|docs|examples|templates)\/[\w./-]+)`/g)
  return [...paths].flatMap(([, path = '']) => (existsSync(path) ? [] : [`${file}: there is no ${path}`]))
}

function check(file: string, link: string): string[] {
  if (/^[a-z]+:/.test(link)) return []
  const [path = '', anchor] = link.split('#', 2)
  const target = path === '' ? file : join(dirname(file), decodeURIComponent(path))
  if (relative('.', target).startsWith('..')) return [`${file}: ${link} leads out of the repository`]
  if (!existsSync(target)) return [`${file}: ${link} leads nowhere`]
  if (anchor === undefined) return []
  const page = statSync(target).isDirectory() ? join(target, 'README.md') : target
  return anchorsOf(page).includes(anchor) ? [] : [`${file}: ${link}: there is no such heading`]
}

/** As GitHub makes them of headings. */
function anchorsOf(file: string): string[] {
  const seen = new Map<string, number>()
  return [...textOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const words = heading.toLowerCase().replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const anchor = words.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-')
    const count = seen.get(anchor) ?? 0
    seen.set(anchor, count + 1)
    return count === 0 ? anchor : `${anchor}-${count}`
  })
}

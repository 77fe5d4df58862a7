/** What a machine can see of the house style: the length of files and what adapters must not do. */
import { globSync, readFileSync } from 'node:fs'
import { publishedEntries } from './declarations.ts'

const maxLines = 250
/** Public methods of `Session` and `SessionStore`: an adapter that overrides one skips validation and lifecycle. */
const publicMethods = [
  'getItems',
  'addItems',
  'popItem',
  'clearSession',
  'close',
  'read',
  'commit',
  'pages',
  'listSessions',
]

const findings = globSync(['{packages,templates}/*/{src,test}/**/*.ts', 'scripts/*.ts', 'examples/**/*.ts'], {
  exclude: (name) => name === 'node_modules',
}).flatMap((file) => {
  const text = readFileSync(file, 'utf8')
  const lines = text.split('\n').length - 1
  const isAdapter = /^(packages|templates)\/(?!core\/)[^/]+\/src\//.test(file)
  const overridden = publicMethods.filter((name) =>
    new RegExp(`^ {2}(override )?(async )?\\*?${name}\\(`, 'm').test(text),
  )
  return [
    ...(lines > maxLines ? [`${file}: ${lines} lines, at most ${maxLines}`] : []),
    ...(isAdapter && /\bclass [^{]* extends \w*(Session|Store)\b/.test(text)
      ? overridden.map((name) => `${file}: overrides ${name}()`)
      : []),
  ]
})

/** What users see has a docstring: each export, each option, each method. Hooks have theirs where they are declared first. */
const declarations = publishedEntries().flatMap((entry) => entry.declarations)
const documented = new Set(
  declarations.flatMap(({ members = [] }) => members.filter(({ doc }) => doc !== '').map(({ name }) => name)),
)
for (const { name, file, doc, head, members = [] } of declarations) {
  if (doc === '') findings.push(`${file}: ${name} has no docstring`)
  const isClass = /^(abstract )?class /.test(head)
  if (!isClass && !name.endsWith('Options')) continue
  for (const member of members) {
    const said = member.doc !== '' || (isClass && documented.has(member.name))
    if (!said && !member.hook && member.name !== 'constructor') {
      findings.push(`${file}: ${name}.${member.name} has no docstring`)
    }
  }
}

for (const finding of findings) console.error(finding)
process.exit(findings.length === 0 ? 0 : 1)

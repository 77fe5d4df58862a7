/** What a machine can see of the house style: the length of files and what adapters must not do. */
import { globSync, readFileSync } from 'node:fs'

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
for (const finding of findings) console.error(finding)
process.exit(findings.length === 0 ? 0 : 1)

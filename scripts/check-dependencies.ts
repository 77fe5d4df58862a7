/**
 * Writes docs/dependencies.md: what a user gets with our packages, and under which licences. Fails where a licence is not among those
 * that a user of MIT software can be expected to accept. With `--check`, says that the document is out of date instead of writing it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { commandLine } from './command-line.ts'
import { fullName, licenceOf, sbomOf } from './sbom.ts'
import { publishedPackages } from './workspace.ts'

const { values } = commandLine(
  `node scripts/check-dependencies.ts [--check]

Writes docs/dependencies.md; with --check, says where it is out of date instead.`,
  { check: { type: 'boolean' } },
)
const allowed = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0']
const file = 'docs/dependencies.md'

const rows = new Map<string, { licence: string; of: string[] }>()
for (const source of publishedPackages()) {
  for (const component of sbomOf(source).components) {
    const name = fullName(component)
    if (name.startsWith('@sessions/')) continue
    const row = rows.get(`${name} ${component.version}`) ?? { licence: licenceOf(component), of: [] }
    rows.set(`${name} ${component.version}`, { ...row, of: [...row.of, source.manifest.name] })
  }
}
const sorted = [...rows].toSorted(([a], [b]) => a.localeCompare(b, 'en'))
const refused = sorted.filter(([, { licence }]) => !allowed.includes(licence))
for (const [name, { licence }] of refused)
  console.error(`${name} is under ${licence}; allowed are ${allowed.join(', ')}`)

const text = `# What comes with our packages

Everything that \`npm install\` brings along, at the versions that are tested, and its licence. \`@sessions/core\` brings nothing. Drivers
are the user's choice; \`mysql2\` is here because Sequelize works with it where it is installed. Written by \`pnpm run docs\`.

| dependency | licence | of |
| --- | --- | --- |
${sorted.map(([name, { licence, of }]) => `| ${name} | ${licence} | ${of.map((owner) => `\`${owner}\``).join(', ')} |`).join('\n')}
`
const stale = read(file) !== text
if (stale && values.check) console.error(`${file} is out of date: run pnpm run docs`)
else if (stale) writeFileSync(file, text)
process.exit(refused.length > 0 || (stale && values.check) ? 1 : 0)

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

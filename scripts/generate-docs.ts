/** Writes what of the documents comes from source: `pnpm run docs`. With `--check`, says which ones are out of date instead. */
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { benchmarkPages } from '../packages/bench/src/report/pages.ts'
import { scalingPlots, scalingTable } from '../packages/bench/src/report/scaling.ts'
import { variants } from '../packages/core/src/codec/python/variants.ts'
import { definitions } from '../packages/core/src/conformance/cases/index.ts'
import type { ConformanceReport } from '../packages/core/src/conformance/index.ts'
import { type SessionErrorCode, sessionErrorCodes } from '../packages/core/src/index.ts'
import { mutants } from '../packages/core/test/mutants/index.ts'
import { refusals as redisRefusals } from '../packages/redis/src/meanings.ts'
import { errorNumbers, sqliteCodes, sqlStates } from '../packages/sql/src/meanings.ts'
import { meanings as sqliteMeanings } from '../packages/sqlite/src/meanings.ts'
import { apiPages } from './api-pages.ts'
import { commandLine } from './command-line.ts'
import { optionRows, ownOptionRows } from './options-table.ts'
import { documentedPackages, publishedPackages, shortName } from './workspace.ts'

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Of each report that the tests have left; rows of adapters that were not tested here stay as they are. */
function capabilityRows(before: string): string[][] {
  const [head = [], ...others] = [...before.matchAll(/^\| (?!---)(.*) \|$/gm)].map(([, row = '']) => row.split(' | '))
  // What was not tested here has what is in its row, under the same names.
  const rows = new Map<string, string[]>(
    others.map((cells) => {
      const [adapter = '', kind = ''] = cells
      const said = (name: string): string => cells[head.indexOf(name)]?.trim() ?? ''
      return [adapter, [adapter, kind, ...capabilityNames.map(said)]] as const
    }),
  )
  for (const file of globSync('packages/*/.conformance/*.json')) {
    const { adapter, kind, capabilities, offers }: ConformanceReport = JSON.parse(readFileSync(file, 'utf8'))
    if (capabilities === undefined) continue
    const known: Readonly<Record<string, boolean>> = { ...capabilities, ...offers }
    // What this run could not ask is as it was.
    const last = rows.get(adapter)?.slice(2) ?? []
    const declared = capabilityNames.map((name, index) => {
      return known[name] === undefined ? (last[index] ?? '') : known[name] ? 'yes' : 'no'
    })
    rows.set(adapter, [adapter, kind, ...declared])
  }
  return [...rows.values()].toSorted(([a = ''], [b = '']) => a.localeCompare(b, 'en'))
}

const capabilityNames = [
  'durable',
  'shared',
  'multiProcess',
  'ttl',
  'list',
  'transactions',
  'entries',
  'leases',
  'restore',
]

/** The text of a package's source, or of every package's. */
function sourceOf(name: string): string {
  return documentedPackages()
    .filter((found) => name === '' || name === shortName(found))
    .flatMap(({ folder }) => globSync(`${folder}/src/**/*.ts`))
    .map((file) => readFileSync(file, 'utf8'))
    .join('')
}

/** What errors of servers mean, those of one meaning in one row. */
function refusalRows(adapter: string): string[][] {
  const rows = new Map<string, string[]>()
  for (const { error, code, message, retryable: given } of refusalsOf(adapter)) {
    const retryable = (given ?? sessionErrorCodes[code].retryable) ? 'yes' : 'no'
    const row = rows.get(`${code} ${retryable} ${message}`) ?? ['', `\`${code}\``, retryable, message]
    row[0] += `${row[0] === '' ? '' : ', '}\`${error}\``
    rows.set(`${code} ${retryable} ${message}`, row)
  }
  return [...rows.values()]
}

interface Refusal {
  error: string
  code: SessionErrorCode
  message: string
  retryable?: boolean | undefined
}

function refusalsOf(adapter: string): Refusal[] {
  if (adapter === 'redis') {
    // By the first words of what the server says: a vertical line would end the cell.
    const words = (pattern: RegExp): string =>
      pattern.source
        .replaceAll(/\(\?:|[)^]/g, '')
        .replaceAll('.*', '… ')
        .replaceAll(/ ?\| ?/g, ' or ')
        .trim()
    return redisRefusals.map(({ pattern, ...rest }) => ({ error: words(pattern), ...rest }))
  }
  const sources = adapter === 'sqlite' ? [sqliteMeanings] : [sqlStates, errorNumbers, sqliteCodes]
  return sources.flatMap((meanings) =>
    Object.entries(meanings).map(([error, [code, message, options]]) => ({ error, code, message, ...options })),
  )
}

const optionHead = ['option', 'type', 'what it does', 'default']

/** Each is given what stands in its place, and the word after its name. */
const tables: Readonly<Record<string, (before: string, word: string) => string>> = {
  options: (_, type) => table(optionHead, optionRows(type)),
  ownOptions: (_, type) => table(optionHead, ownOptionRows(type)),
  capabilities: (before) => table(['adapter', 'certified as', ...capabilityNames], capabilityRows(before)),
  packages: () =>
    table(
      ['package', 'what it is'],
      publishedPackages().map(({ folder, manifest }) => [`[\`${manifest.name}\`](${folder})`, manifest.description]),
    ),
  errors: (_, name) =>
    table(
      ['code', 'retryable', 'what happened', 'what to do'],
      Object.entries(sessionErrorCodes)
        .filter(([code]) => sourceOf(name).includes(code))
        .map(([code, { retryable, meaning, remedy }]) => {
          return [`\`${code}\``, retryable ? 'yes' : 'no', meaning, remedy]
        }),
    ),
  refusals: (_, adapter) => table(['error', 'code', 'retryable', 'what happened'], refusalRows(adapter)),
  decisions: () =>
    table(
      ['decision'],
      globSync('docs/adr/0*.md')
        .toSorted()
        .map((file) => {
          const [, title = ''] = /^# (.*)$/m.exec(readFileSync(file, 'utf8')) ?? []
          return [`[${title}](${basename(file)})`]
        }),
    ),
  pythonItems: () =>
    table(
      ['in Python', 'in JavaScript', 'what one side cannot say'],
      variants.map(({ python, js, note = '' }) => [`\`${python}\``, `\`${js}\``, note]),
    ),
  scaling: (_, backend) => scalingTable(backend),
  cases: () =>
    table(
      ['case', 'a session or store …', 'needs'],
      definitions.map(({ id, title, store, needs = [], without = [] }) => {
        const conditions = [...(store ? ['a store'] : []), ...needs, ...without.map((capability) => `no ${capability}`)]
        return [`\`${id}\``, title, conditions.join(', ')]
      }),
    ),
  mutants: () =>
    table(
      ['mutant', 'a store or session that …', 'is failed by'],
      mutants.map(({ name, mistake, killedBy }) => [name, mistake, killedBy.map((id) => `\`${id}\``).join(', ')]),
    ),
  killers: () =>
    table(
      ['case', 'fails'],
      definitions.map(({ id }) => {
        return [
          `\`${id}\``,
          mutants
            .filter(({ killedBy }) => killedBy.includes(id))
            .map(({ name }) => name)
            .join(', '),
        ]
      }),
    ),
}

/** What each generated text should be, by its file. */
async function texts(): Promise<Map<string, string>> {
  const documents = globSync(['*.md', 'docs/*.md', 'docs/adr/README.md', '{packages,templates}/*/README.md']).map(
    (file) => {
      const before = readFileSync(file, 'utf8')
      const after = before.replaceAll(
        /(<!-- table: (\w+) ?([\w-]*) -->\n)([\s\S]*?)(<!-- end -->)/g,
        (_, start, name, word, old, end) => {
          const generate = tables[name]
          if (generate === undefined)
            throw new Error(`${file} asks for a table ${name}; there are ${Object.keys(tables).join(', ')}.`)
          return `${start}${generate(old, word)}\n${end}`
        },
      )
      return [file, after] as const
    },
  )
  const pages = [...apiPages()].map(([name, text]) => [`docs/api/${name}`, text] as const)
  return new Map([...documents, ...pages, ...(await benchmarkPages()), ...(await scalingPlots())])
}

const { check = false } = commandLine(
  `node scripts/generate-docs.ts [--check]

Writes what of the documents comes from source; with --check, says which are out of date instead.`,
  { check: { type: 'boolean' } },
).values
const wanted = await texts()
const found = new Map(
  globSync([...wanted.keys(), 'docs/api/*.md']).map((file) => [file, readFileSync(file, 'utf8')] as const),
)
const stale = [...new Set([...wanted.keys(), ...found.keys()])].filter((file) => wanted.get(file) !== found.get(file))
for (const file of stale) {
  const text = wanted.get(file)
  console.log(
    check ? `${file} is out of date: run pnpm run docs` : `${file} ${text === undefined ? 'removed' : 'written'}`,
  )
  if (check) continue
  if (text === undefined) rmSync(file)
  else writeFileSync(file, text)
}
process.exit(check && stale.length > 0 ? 1 : 0)

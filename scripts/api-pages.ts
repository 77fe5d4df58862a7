/** A page of docs/api for each published package: what it exports, as declared, with the docstrings as prose or in place. */
import { type Declaration, type Entry, publishedEntries } from './declarations.ts'

/** The pages' texts by their file names, such as `core.md`. */
export function apiPages(): Map<string, string> {
  const entries = Map.groupBy(publishedEntries(), ({ specifier }) => specifier.split('/', 2).join('/'))
  return new Map([...entries].map(([name, ofPackage]) => [`${name.replace(/^.*\//, '')}.md`, page(name, ofPackage)]))
}

function page(name: string, entries: readonly Entry[]): string {
  const intro = `Made from the docstrings by \`pnpm run docs\`. Its [README](../../packages/${name.replace(/^.*\//, '')}) says how it is used.`
  return `${[`# ${name}`, intro, ...entries.flatMap(section)].join('\n\n')}\n`
}

function section({ specifier, declarations }: Entry): string[] {
  const inOrder = declarations.toSorted((a, b) => rank(a) - rank(b))
  return [`## ${specifier}`, ...inOrder.flatMap(({ name, doc, ...rest }) => [`### ${name}`, prose(doc), code(rest)])]
}

/** What one calls comes first, then the types. */
function rank({ head }: Declaration): number {
  const rank = [/^(abstract )?class /, /^(function|const) /].findIndex((kind) => kind.test(head))
  return rank === -1 ? 2 : rank
}

/** What a docstring says of throwing is a sentence of its own, and its example a block. */
function prose(doc: string): string {
  const [text = '', example] = doc.split(/\s*@example\s+/)
  const block = example === undefined ? '' : `\n\n\`\`\`ts\n${example}\n\`\`\``
  return sentences(text) + block
}

function sentences(doc: string): string {
  return doc
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .replaceAll(/\s*@param (\w+) - (.*)/g, '\n\n`$1`: $2.')
    .replaceAll(/\s*@throws (.*)/gs, '\n\nThrows $1')
    .replaceAll(/([^.])$/g, '$1.')
    .trim()
}

/** Hooks stand only where a subclass has to write them. */
function code({ head, members }: Pick<Declaration, 'head' | 'members'>): string {
  const shown = members?.filter(({ hook }) => !hook || /^abstract /.test(head))
  const body = shown === undefined ? head : [head, ...shown.map(({ text }) => text), '}'].join('\n')
  return `\`\`\`ts\n${body.replaceAll(/^ +/gm, halved).replaceAll(/;$/gm, '').replaceAll('{\n}', '{}')}\n\`\`\``
}

/** The compiler indents by four. A docstring's lines begin with one more. */
function halved(spaces: string): string {
  return ' '.repeat(Math.floor(spaces.length / 4) * 2 + (spaces.length % 4))
}

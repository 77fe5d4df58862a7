/** The rows of an options table, from the docstrings of the options' type and of those that it extends. */
import { type Declaration, documentedEntries, type Member } from './declarations.ts'

/** Name, type, what it does, default. */
export function optionRows(type: string): string[][] {
  return membersOf(type).map(row)
}

/** The same, without what the type has from others. */
export function ownOptionRows(type: string): string[][] {
  return (declarationOf(type).members ?? []).map(row)
}

function row({ name, doc, type }: Member): string[] {
  const [text, byDefault] = parts(doc)
  return [`\`${name}\``, `\`${oneLine(type)}\``, text, byDefault]
}

function declarationOf(type: string): Declaration {
  const all = documentedEntries().flatMap(({ declarations }) => declarations)
  const found = all.find(({ name }) => name === type)
  if (found === undefined) throw new Error(`No package exports ${type}.`)
  return found
}

/** Its own, then those of each parent. */
function membersOf(type: string): Member[] {
  const { members = [], parents } = declarationOf(type)
  const inherited = parents.flatMap(({ name, without }) =>
    membersOf(name).filter((member) => !without.includes(`'${member.name}'`)),
  )
  return [...members, ...inherited]
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('; }', ' }')
}

/** `Seconds to live. Default: never. Each reader decides.` is what it does, and `never`. */
function parts(doc: string): [text: string, byDefault: string] {
  const line = oneLine(doc).replaceAll(/\{@link (\w+)\}/g, '`$1`')
  const found = /^(?:(.*?) )?Default: (.*?)\.(?: (.*))?$/.exec(line)
  if (found === null) return [line, '–']
  const [, before = '', byDefault = '', after = ''] = found
  return [[before, after].filter((text) => text !== '').join(' '), byDefault]
}

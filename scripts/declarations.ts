/** What the published packages export, as the compiler declares it, with its docstrings. TypeScript 7 has no API for this yet. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript-6'
import { documentedPackages, type Package, publishedLibraries } from './workspace.ts'

export interface Member {
  name: string
  /** As declared, such as `readonly sessionId: string;`, with the docstring before it. */
  text: string
  type: string
  doc: string
  /** For subclasses only. */
  hook: boolean
}

export interface Declaration {
  name: string
  /** Where it stands in the source. */
  file: string
  doc: string
  /** Up to the members, where it has some; otherwise all of it. */
  head: string
  parents: Parent[]
  members: Member[] | undefined
}

/** What a class or an interface extends or implements: `name`, or `Omit<name, without>`. */
export interface Parent {
  name: string
  without: string
}

/** A module that users import, such as `@sessions/core/history`. */
export interface Entry {
  specifier: string
  declarations: Declaration[]
}

/** Every entry of every published library. */
export function publishedEntries(): Entry[] {
  return publishedLibraries().flatMap(entriesOf)
}

/** Those, and of what a new adapter begins with. */
export function documentedEntries(): Entry[] {
  return documentedPackages().flatMap(entriesOf)
}

function entriesOf({ folder, manifest }: Package): Entry[] {
  return Object.entries(manifest.exports ?? {}).map(([path, file]) => ({
    specifier: join(manifest.name, path),
    declarations: exportsOf(join(folder, file)),
  }))
}

/** What a module declares and exports, and what it exports of others by name. */
function exportsOf(file: string): Declaration[] {
  const source = declare(file)
  return source.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement)) return describe(statement, source)
    const { exportClause, moduleSpecifier } = statement
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [] // `export {}`
    if (exportClause === undefined || !ts.isNamedExports(exportClause))
      throw new Error(`${file} exports without names.`)
    const names = exportClause.elements.map(({ name }) => name.text)
    return exportsOf(join(dirname(file), moduleSpecifier.text)).filter(({ name }) => names.includes(name))
  })
}

const parsed = new Map<string, ts.SourceFile>()

function declare(file: string): ts.SourceFile {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const { outputText } = ts.transpileDeclaration(readFileSync(file, 'utf8'), { fileName: file, compilerOptions: {} })
  const source = ts.createSourceFile(file, outputText, ts.ScriptTarget.Latest, true)
  parsed.set(file, source)
  return source
}

function describe(statement: ts.Statement, source: ts.SourceFile): Declaration[] {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
  const named = ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : statement
  const name = (named as ts.NamedDeclaration).name?.getText() ?? ''
  const text = statement.getText().replace(/^export (declare )?/, '')
  const whole = { name, file: source.fileName, doc: docOf(statement), head: text, parents: [], members: undefined }
  if (!ts.isClassDeclaration(statement) && !ts.isInterfaceDeclaration(statement)) return [whole]
  const length = statement.members.pos - statement.getStart()
  const heritage = statement.heritageClauses?.flatMap(({ types }) => types) ?? []
  return [
    {
      ...whole,
      head: statement
        .getText()
        .slice(0, length)
        .replace(/^export (declare )?/, ''),
      parents: heritage.map((type) => {
        const [inner, without] = type.expression.getText() === 'Omit' ? (type.typeArguments ?? []) : [type]
        return { name: (inner?.getText() ?? '').replace(/<.*/, ''), without: without?.getText() ?? '' }
      }),
      members: statement.members.filter(isVisible).map(describeMember),
    },
  ]
}

/** Not `#private`, and not what is found by a symbol: by `await using`, or by a function of ours. */
function isVisible({ name }: ts.ClassElement | ts.TypeElement): boolean {
  return name === undefined || !/^(#|\[)/.test(name.getText())
}

function describeMember(member: ts.ClassElement | ts.TypeElement): Member {
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : []
  return {
    name: member.name?.getText() ?? 'constructor',
    text: member.getFullText().replace(/^\n+/, '').trimEnd(),
    type: ts.isPropertySignature(member) ? (member.type?.getText() ?? '') : '',
    doc: docOf(member),
    hook: modifiers.some(({ kind }) => kind === ts.SyntaxKind.ProtectedKeyword),
  }
}

/** The docstring in one text with its line breaks; empty where there is none. */
function docOf(node: ts.Node): string {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.getText() ?? ''
  const lines = comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
  return lines
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join('\n')
    .trim()
}

import { documentedEntries } from '../declarations.ts'

/** What users see has a docstring: each export, option and method. A method that is declared again has its parent's. */
export function docstrings(): string[] {
  const declarations = documentedEntries().flatMap((entry) => entry.declarations)
  const documented = new Set(
    declarations.flatMap(({ members = [] }) => members.filter(({ doc }) => doc !== '').map(({ name }) => name)),
  )
  return declarations.flatMap(({ name, file, doc, head, members = [] }) => {
    const isClass = /^(abstract )?class /.test(head)
    const shown = isClass || name.endsWith('Options') ? members.filter(({ hook }) => !hook) : []
    const silent = shown.filter((member) => member.doc === '' && !(isClass && documented.has(member.name)))
    return [
      ...(doc === '' ? [`${file}: ${name} has no docstring`] : []),
      ...silent
        .filter((member) => member.name !== 'constructor')
        .map((member) => `${file}: ${name}.${member.name} has no docstring`),
    ]
  })
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentedPackages } from '../workspace.ts'

/** What every package's README has, in this order; more may stand between. */
const parts = [
  /^# @sessions\/[\w-]+\n\n\S/,
  /^```sh\nnpm install @sessions\//m,
  /^```ts\n[^`]*console\.log\(.* \/\/ \S/m,
  /^## Options$/m,
  /^<!-- table: options /m,
  /^## Storage$/m,
  /^## Errors$/m,
  /^## Operating notes$/m,
]

/** Who knows one README knows all. */
export function readmes(): string[] {
  return documentedPackages().flatMap(({ folder }) => {
    const file = join(folder, 'README.md')
    let rest = readFileSync(file, 'utf8')
    return parts.flatMap((part) => {
      const found = part.exec(rest)
      if (found === null) return [`${file}: ${part} is missing, or not in its place`]
      rest = rest.slice(found.index)
      return []
    })
  })
}

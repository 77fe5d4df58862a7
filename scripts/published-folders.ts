/** Prints the folders of the published packages, for commands that take such a list. */
import { publishedPackages } from './workspace.ts'

console.log(
  publishedPackages()
    .map(({ folder }) => folder)
    .join(' '),
)

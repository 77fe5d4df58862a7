/** Prints the folders of the published packages, for commands that take such a list. */

import { commandLine } from './command-line.ts'
import { publishedPackages } from './workspace.ts'

commandLine(
  `node scripts/published-folders.ts

Prints the folders of the published packages.`,
  {},
)

console.log(
  publishedPackages()
    .map(({ folder }) => folder)
    .join(' '),
)

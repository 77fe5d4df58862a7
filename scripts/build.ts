/** Builds the package in the current folder: `src` to `dist`, nothing left of an earlier build. */
import { rmSync } from 'node:fs'
import { commandLine } from './command-line.ts'
import { run } from './run.ts'

commandLine(
  `node ../../scripts/build.ts

Builds the package in the current folder.`,
  {},
)

rmSync('dist', { recursive: true, force: true })
await run('tsc', ['-p', 'tsconfig.json'])

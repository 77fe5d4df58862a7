/** Builds the package in the current folder: `src` to ES modules and CommonJS in `dist`, nothing left of an earlier build. */
import { readFileSync, rmSync } from 'node:fs'
import { commandLine } from './command-line.ts'
import { buildCommonJS, writeCommonJSTypes } from './packages/commonjs.ts'
import { run } from './run.ts'

commandLine(
  `node ../../scripts/build.ts

Builds the package in the current folder.`,
  {},
)

rmSync('dist', { recursive: true, force: true })
await run('tsc', ['-p', 'tsconfig.json'])
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
// A program is loaded by Node alone.
if (exports !== undefined) {
  writeCommonJSTypes()
  await buildCommonJS(exports)
}

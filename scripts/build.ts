/** Builds the package in the current folder: `src` to ES modules and CommonJS in `dist`, nothing left of an earlier build. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { commandLine } from './command-line.ts'
import { buildCommonJS, writeCommonJSTypes } from './packages/commonjs.ts'
import { buildPage } from './packages/page.ts'
import { run } from './run.ts'
import { isLibrary } from './workspace.ts'

commandLine(
  `node ../../scripts/build.ts

Builds the package in the current folder.`,
  {},
)

rmSync('dist', { recursive: true, force: true })
await run('tsc', ['-p', 'tsconfig.json'])
const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
// A program is loaded by Node alone.
if (isLibrary(manifest)) {
  writeCommonJSTypes()
  await buildCommonJS(manifest.exports)
}
if (existsSync('page')) {
  await run('tsc', ['-p', 'page/tsconfig.json'])
  await buildPage('page', 'dist/page')
}

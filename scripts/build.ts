/** Builds the package in the current folder: `src` to `dist`, nothing left of an earlier build. */
import { rmSync } from 'node:fs'
import { run } from './run.ts'

rmSync('dist', { recursive: true, force: true })
await run('tsc', ['-p', 'tsconfig.json'])

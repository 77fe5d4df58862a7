#!/usr/bin/env node
/** What was compiled once is read the next time: half of what starting costs. */
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { main } = await import('./main.ts')
await main(process.argv.slice(2))
// What a store of the user's has left open does not keep the process from ending, in milliseconds.
const graceMs = 1_000
setTimeout(() => process.exit(), graceMs).unref()

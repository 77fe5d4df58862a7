#!/usr/bin/env node
import { main } from '@sessions/cli/program'

const words = process.argv.slice(2)
const summary = 'look at conversations in a browser'
await main(['studio', ...words], [{ name: 'studio', summary, load: async () => (await import('./command.ts')).studio }])

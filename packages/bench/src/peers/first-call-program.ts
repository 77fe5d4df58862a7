/** A new process that reads one session: `node first-call-program.ts FILE PLACE SESSION COUNT`. Prints the milliseconds since it began. */
import { pathToFileURL } from 'node:url'
import type { NodeContender } from './contender.ts'

const [, , file = '', place = '', sessionId = '', count = ''] = process.argv
const { contender }: { contender: NodeContender } = await import(pathToFileURL(file).href)
const store = await contender.open(place)
const read = await store.all(sessionId)
const milliseconds = performance.now()
if (read.length !== Number(count)) throw new Error(`Error: ${read.length} items instead of ${count}`)
console.log(`\n${milliseconds}`)
process.exit(0)

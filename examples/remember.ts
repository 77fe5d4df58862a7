// Two processes, one conversation: the first one talks with an agent and ends; the second one opens the same file, and the
// agent knows what was said. Run it again and the conversation goes on. With OPENAI_API_KEY set, a real model answers.
//
//   node examples/remember.ts [file]      default: sessions-demo.db in the current folder
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { printNote } from './print-item.ts'

const file = resolve(process.argv[2] ?? 'sessions-demo.db')
const model = process.env.OPENAI_API_KEY ? 'a real one' : 'scripted; set OPENAI_API_KEY for a real one'
printNote(`File:  ${file} (${existsSync(file) ? 'goes on from earlier runs' : 'new'})\nModel: ${model}\n`)

await assistant("Hi, I'm Ada.", 'Please book me a seat to Bergen.')
console.log()
await assistant('Who am I, and which seats have I booked?', '--expect', 'Ada')

const query = 'SELECT message_data FROM agent_messages'
const script = `for (const row of new (require('node:sqlite').DatabaseSync)(process.argv[1]).prepare('${query}').all())`
printNote(`
The second process was given only the file and its question: what it knows, it knows from the file.
Look into the file, with sqlite3, or with Node 22 or later alone:
  sqlite3 "${file}" "${query}"
  node -e "${script} console.log(row.message_data)" "${file}"
Run the demo again and the conversation goes on; delete the file to start anew.`)

/** A process of its own, which shares nothing with this one but the terminal. Fails this one if it fails. */
async function assistant(...words: string[]): Promise<void> {
  const program = fileURLToPath(new URL('./assistant.ts', import.meta.url))
  const child = spawn(process.execPath, [program, file, ...words], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) process.exit(code ?? 1)
}

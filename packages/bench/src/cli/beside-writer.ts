import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const program = new URL('./append-all-the-while.ts', import.meta.url).pathname

/** What the other process saw, in milliseconds. */
export interface Waits {
  count: number
  longest: number
  median: number
}

/** Does the work while another process appends all the while. */
export async function besideWriter(file: string, work: () => Promise<unknown>): Promise<Waits> {
  const child = spawn(process.execPath, [program, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  await lines.next()
  try {
    await work()
  } finally {
    child.stdin.end()
  }
  const { value } = await lines.next()
  await once(child, 'exit')
  return JSON.parse(value ?? '')
}

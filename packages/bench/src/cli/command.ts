import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { text } from 'node:stream/consumers'

/** What a run of a program took. */
export interface Took {
  seconds: number
  /** Memory of the process at its largest, in MiB. */
  peak: number
  output: string
}

/** Tells through a pipe of its own, so that the output stays what it is. */
const tells = `import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)))`

/** Runs Node with these parameters; into a file, where one is named. */
export async function runNode(
  parameters: readonly string[],
  env: NodeJS.ProcessEnv = {},
  file?: string,
): Promise<Took> {
  const out = file === undefined ? 'pipe' : openSync(file, 'w')
  const begin = performance.now()
  const child = spawn(process.execPath, ['--import', `data:text/javascript,${tells}`, ...parameters], {
    stdio: ['ignore', out, 'inherit', 'pipe'],
    env: { ...process.env, NODE_DEBUG: '', ...env },
  })
  const told = text(child.stdio[3] as NodeJS.ReadableStream & AsyncIterable<string>)
  const output = child.stdout === null ? Promise.resolve('') : text(child.stdout)
  const [code] = await once(child, 'close')
  const seconds = (performance.now() - begin) / 1000
  if (typeof out === 'number') closeSync(out)
  if (code !== 0) throw new Error(`${parameters.join(' ')} ended with ${code}`)
  return { seconds, peak: Number(await told) / 1024, output: await output }
}

/** Runs another program, into a file. Resolves to the seconds that it took. */
export async function runOther(program: string, parameters: readonly string[], file: string): Promise<number> {
  const out = openSync(file, 'w')
  const begin = performance.now()
  const child = spawn(program, parameters, { stdio: ['ignore', out, 'inherit'] })
  const [code] = await once(child, 'close')
  closeSync(out)
  if (code !== 0) throw new Error(`${program} ended with ${code}`)
  return (performance.now() - begin) / 1000
}

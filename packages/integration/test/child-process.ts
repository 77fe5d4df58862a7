import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

interface ProgramResult {
  exitCode: number
  stdout: string
  stderr: string
}

/** Runs `programs/<name>.ts` in a process of its own until it ends, however it ends. It gets its input as JSON. */
export function runProgram(name: string, input: unknown): Promise<ProgramResult> {
  const program = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, JSON.stringify(input)], (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code
      if (typeof exitCode === 'number') resolve({ exitCode, stdout, stderr })
      else reject(error)
    })
  })
}

/** The same for a program that must succeed. */
export async function runToSuccess(name: string, input: unknown): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram(name, input)
  if (exitCode !== 0) throw new Error(`${name} ended with code ${exitCode}.\n${stderr}`)
  return stdout
}

/** Whether a program that kills itself did; not where it was done before. */
export function runKilled(name: string, input: unknown): Promise<boolean> {
  const program = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, JSON.stringify(input)], (error) => {
      if (error === null) resolve(false)
      else if (error.signal === 'SIGKILL') resolve(true)
      else reject(error)
    })
  })
}

/** The same for one that says when it begins, and is killed so many milliseconds later. */
export async function runKilledAfter(name: string, input: unknown, afterMs: number): Promise<boolean> {
  const program = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, [program, JSON.stringify(input)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs))
  const [code, signal] = await ended
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`${name} ended with ${code ?? signal}.`)
  return signal === 'SIGKILL'
}

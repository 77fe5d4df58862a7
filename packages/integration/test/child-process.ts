import { execFile } from 'node:child_process'
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

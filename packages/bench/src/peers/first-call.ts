import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { environment, type NodeOptions } from './contender-process.ts'
import { interleaved } from './interleaved.ts'
import type { Answer } from './messages.ts'
import type { Result } from './results.ts'
import type { Open } from './run-backend.ts'

const program = fileURLToPath(new URL('first-call-program.ts', import.meta.url))
const sessionId = 'first-call'
const count = 20

/** How long a new process takes until it has read a session, from its start on. */
export async function firstCalls(
  open: readonly Open[],
  rounds: number,
  node: NodeOptions,
): Promise<Omit<Result, 'workload'>[]> {
  const lanes = open
    // Memory is empty in a new process.
    .filter(({ process }) => process.contender.backend !== 'memory')
    .map(({ process, file, place }) => ({
      contender: process.contender.name,
      prepare: async (): Promise<Answer> =>
        process.contender.command === undefined ? process.ask({ ask: 'seed', sessionId, count }) : { offered: false },
      round: () => firstCall(file, place, node),
    }))
  return interleaved(lanes, rounds)
}

async function firstCall(file: string, place: string, node: NodeOptions): Promise<Answer> {
  const parameters = [...node.arguments, program, file, place, sessionId, String(count)]
  try {
    const { stdout } = await promisify(execFile)(process.execPath, parameters, { env: environment })
    const milliseconds = Number(stdout.trim().split('\n').at(-1))
    return { round: { milliseconds, operations: 1 } }
  } catch (error) {
    return {
      failed:
        error instanceof Error
          ? (error.message.split('\n').find((line) => /Error/.test(line)) ?? 'It failed.')
          : 'It failed.',
    }
  }
}

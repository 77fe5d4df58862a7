import { readFileSync } from 'node:fs'
import { type Agent, RunState } from '@openai/agents'
import { assistantMessage } from '@openai/agents/testing'
import { SQLiteSession } from '@sessions/sqlite'
import { runner, scriptedAgent } from '../agents.ts'
import type { ResumeInput } from './ask-for-approval.ts'

/** A process that reads the state of a run from a file, approves what is pending, finishes the run, and prints its id. */
const { path, sessionId, statePath }: ResumeInput = JSON.parse(process.argv[2] ?? '')
await using session = new SQLiteSession({ sessionId, path })
const execute = async (): Promise<string> => `Sunny, says process ${process.pid}`
const agent = scriptedAgent({ weather: { needsApproval: true, execute }, turns: [[assistantMessage('Cold.')]] })
const state = await RunState.fromString<undefined, Agent>(agent, readFileSync(statePath, 'utf8'))
for (const item of state.getInterruptions()) state.approve(item)
const { finalOutput } = await runner.run(agent, state, { session })
if (finalOutput !== 'Cold.') throw new Error(`The run ended with ${finalOutput}.`)
process.stdout.write(String(process.pid))

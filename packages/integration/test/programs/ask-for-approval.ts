import { writeFileSync } from 'node:fs'
import { SQLiteSession } from '@sessions/sqlite'
import { askWeather, runner, scriptedAgent } from '../agents.ts'

export interface ResumeInput {
  path: string
  sessionId: string
  /** Where the state of the run is written down between the processes. */
  statePath: string
}

/** A process that runs an agent until a human must approve a tool, writes the state of the run to a file, and ends. */
const { path, sessionId, statePath }: ResumeInput = JSON.parse(process.argv[2] ?? '')
await using session = new SQLiteSession({ sessionId, path })
const execute = async (): Promise<string> => `Sunny, says process ${process.pid}`
const agent = scriptedAgent({ weather: { needsApproval: true, execute }, turns: [[askWeather()]] })
const { state, interruptions } = await runner.run(agent, 'Weather?', { session })
if (interruptions.length !== 1) throw new Error(`One approval should be pending, not ${interruptions.length}.`)
writeFileSync(statePath, state.toString())

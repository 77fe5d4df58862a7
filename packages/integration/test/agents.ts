import { Agent, type AgentConfiguration, type FunctionCallItem, Runner, tool } from '@openai/agents'
import { functionCall, ScriptedModel, type ScriptedModelInput } from '@openai/agents/testing'
import { z } from 'zod'

/** The SDK's own runner; without tracing, nothing touches the network. */
export const runner = new Runner({ tracingDisabled: true })

interface WeatherOptions {
  execute?: (input: { city: string }) => Promise<unknown>
  needsApproval?: boolean
}

/** A tool whose errors end the run, instead of being told to the model. */
function weatherTool({ execute = sunny, needsApproval = false }: WeatherOptions = {}) {
  const parameters = z.object({ city: z.string() })
  return tool({ name: 'weather', description: 'The weather.', parameters, execute, needsApproval, errorFunction: null })
}

/** The model asking for the weather in Paris. */
export function askWeather(callId = 'call_1'): FunctionCallItem {
  return functionCall('weather', { city: 'Paris' }, { callId })
}

interface ScriptedAgentOptions extends Partial<Omit<AgentConfiguration, 'model' | 'tools'>> {
  /** What the model answers, one entry a call. */
  turns: Iterable<ScriptedModelInput>
  weather?: WeatherOptions
}

/** An agent with the weather tool and a model that plays back its turns. */
export function scriptedAgent({ turns, weather, ...configuration }: ScriptedAgentOptions): Agent {
  return new Agent({
    name: 'Assistant',
    ...configuration,
    tools: [weatherTool(weather)],
    model: new ScriptedModel(turns),
  })
}

async function sunny({ city }: { city: string }): Promise<string> {
  return `Sunny in ${city}`
}

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

interface Converter {
  /** What the SDK sends of its own items. */
  getInputItems(items: readonly object[]): object[]
  /** What it makes of a model's items. */
  convertToOutputItem(items: readonly object[]): object[]
}

interface Schema {
  safeParse(item: unknown): { success: boolean; error?: unknown }
}

const agents = createRequire(fileURLToPath(import.meta.resolve('@openai/agents')))

/** The SDK's own conversion, which its packages do not export. */
export const converter: Converter = await import(
  pathToFileURL(join(dirname(agents.resolve('@openai/agents-openai')), 'openaiResponsesConverter.mjs')).href
)

const core: { protocol: Record<string, Schema> } = await import(
  pathToFileURL(agents.resolve('@openai/agents-core')).href
)
/** Every item of a history, as the SDK checks it where a run is stored and resumed. */
export const modelItem: Schema = core.protocol.ModelItem as Schema

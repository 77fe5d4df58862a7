// biome-ignore-all lint/suspicious/noTsIgnore: an error is expected only where the SDK is absent
/** @ts-ignore `@openai/agents` is an optional peer: where it is absent, the item type is `any`. */
import type { AgentInputItem } from '@openai/agents'

/** One item of a conversation, as the OpenAI Agents SDK types it; `any` where the SDK is not installed. */
export type { AgentInputItem }

export { type AddUsageOptions, addUsage, type UsageSession, usageOf } from './add-usage.ts'
export type { DetailedUsage, RunUsageSource, TokenUsage } from './run-usage.ts'
export type { SessionUsage, TurnUsage } from './session-usage.ts'

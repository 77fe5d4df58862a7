import { approvals } from './approvals.ts'
import { failed } from './failures.ts'
import { guardrails } from './guardrails.ts'
import type { Scenario } from './scenario.ts'
import { serverSide } from './server-side.ts'
import { success } from './success.ts'

export const scenarios: Scenario[] = [...success, ...failed, ...guardrails, ...approvals, ...serverSide]

import { describeConformance } from '@sessions/core/conformance/node'
import harnesses from './harness.ts'

for (const harness of await harnesses()) describeConformance(harness, { only: process.env.ONLY ?? '' })

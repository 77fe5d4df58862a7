import { describeConformance } from '@sessions/core/conformance/node'
import harnesses from './background.ts'

for (const harness of harnesses) describeConformance(harness, { only: 'limit/' })

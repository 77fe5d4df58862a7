import { describeConformance } from '@sessions/core/conformance/vitest'
import harness from './harness.js'

describeConformance(harness)

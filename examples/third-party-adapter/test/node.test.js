import { describeConformance } from '@sessions/core/conformance/node'
import harness from './harness.js'

describeConformance(harness)

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { ManualClock } from '@sessions/core/testing'
import { TemplateSession, TemplateStore } from '@sessions/template'
import { afterAll } from 'vitest'

const folder = join(mkdtempSync(join(tmpdir(), 'sessions-template-')), 'sessions')
const reset = async (): Promise<void> => rmSync(folder, { recursive: true, force: true })
afterAll(reset)
const clock = new ManualClock()
const reports = '.conformance'

describeConformance(
  {
    name: 'TemplateStore',
    open: async () => new TemplateStore({ folder, ttl: 3_600, clock }),
    reset,
    advance: async (ms) => clock.advance(ms),
    worker: { module: new URL('./open.ts', import.meta.url).href, export: 'openStore', options: { folder } },
    capabilities: { durable: true, multiProcess: true, ttl: true, list: true, transactions: true },
  },
  { reports },
)

describeConformance(
  {
    name: 'TemplateSession',
    openSession: async (sessionId) => new TemplateSession({ sessionId, folder }),
    reset,
    capabilities: { durable: true, transactions: true },
  },
  { reports },
)

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from './open.js'

const folder = mkdtempSync(join(tmpdir(), 'lmdb-agent-sessions-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const options = { path: join(folder, 'sessions') }

/** @type {import('@sessions/core/conformance').StoreHarness} */
export default {
  name: 'LMDBStore',
  version: '1.0.0',
  open: async () => openStore(options),
  reset: async () => rmSync(options.path, { recursive: true, force: true }),
  worker: { module: new URL('./open.js', import.meta.url).href, export: 'openStore', options },
  // Not multiProcess: see the README.
  capabilities: { durable: true, multiProcess: false, ttl: false, list: true, transactions: true },
}

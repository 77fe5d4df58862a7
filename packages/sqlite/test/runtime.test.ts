import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

/** A Node that says it is another; the binary that would end a real one is not loaded. */
function openOn(version: string): { code?: string; message?: string } {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`
  const program = new URL('./programs/open-in-memory.ts', import.meta.url).pathname
  const output = execFileSync(process.execPath, ['--import', `data:text/javascript,${pretend}`, program])
  return JSON.parse(output.toString())
}

it.each(['18.20.8', '20.20.2', '21.7.3'])(
  'says that Node %s is too old for the driver, instead of ending the process',
  (version) => {
    const { code, message } = openOn(version)
    expect(code).toBe('SESSION_UNSUPPORTED')
    expect(message).toMatch(`needs Node 22 or later; this is ${version}`)
  },
)

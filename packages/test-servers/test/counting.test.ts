import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startProxy, syscallTracer, Traffic } from '@sessions/test-servers'
import { expect, it } from 'vitest'

it('counts the bytes that pass a proxy, and how often somebody asked and was answered', async () => {
  const server = createServer((socket) => {
    socket.on('data', (chunk) => socket.write(`<${chunk}>`))
    // The proxy resets what is open when it stops.
    socket.on('error', () => {})
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const traffic = new Traffic()
  await using proxy = await startProxy(
    { host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 },
    () => traffic.connection(),
  )
  const clients = [0, 1].map(() => connect(proxy.port, '127.0.0.1').setNoDelay())
  for (const client of clients) {
    for (const text of ['a', 'bc', 'd']) {
      client.write(text)
      expect(String((await once(client, 'data'))[0])).toBe(`<${text}>`)
    }
  }
  expect(traffic).toMatchObject({ roundTrips: 6, sent: 8, received: 20 })
  for (const client of clients) client.destroy()
  server.close()
})

it.runIf(process.platform === 'linux')('writes down the syncs and writes of a program, in their order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-'))
  const [file, mark, log] = ['file', 'mark', 'log'].map((name) => join(folder, name)) as [string, string, string]
  const program = `const { openSync, writeSync, fsyncSync, fdatasyncSync, existsSync } = require('node:fs')
    const file = openSync(process.argv[1], 'w')
    writeSync(file, Buffer.alloc(10), 0, 10, 0)
    existsSync(process.argv[2])
    fsyncSync(file)
    writeSync(file, Buffer.alloc(20), 0, 20, 10)
    fdatasyncSync(file)`
  const tracer = await syscallTracer()
  const [command, ...parameters] = tracer.command([process.execPath, '-e', program, file, mark], log)
  await promisify(execFile)(command, parameters)
  const calls = (await tracer.read(log)).filter(({ path }) => [file, mark].includes(path))
  expect(calls.map(({ name, path, bytes }) => [path === mark ? 'mark' : name, bytes])).toEqual([
    ['pwrite64', 10],
    ['mark', 0],
    ['fsync', 0],
    ['pwrite64', 20],
    ['fdatasync', 0],
  ])
  rmSync(folder, { recursive: true })
})

import { once } from 'node:events'
import { createServer } from 'node:net'
import { StartError } from '../process/errors.ts'

/**
 * Below the ports that systems give to clients (from 32768 on Linux, from 49152 elsewhere): while a server is down, no
 * client can get its port, nor connect to itself by trying to reach it.
 */
const lowest = 16_000
const highest = 32_000
const portAttempts = 50
const startAttempts = 5

/** A port of the loopback interface where nothing listens. Another process may take it before it is used. */
async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
    try {
      await tryPort(port)
      return port
    } catch (error) {
      if (!isTaken(error) || attempt === portAttempts) throw error
    }
  }
}

/** Starts a server on free ports; on others if, meanwhile, another process has taken one. */
export async function onFreePorts<T>(count: number, start: (ports: number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const ports = new Set<number>()
    while (ports.size < count) ports.add(await freePort())
    try {
      return await start([...ports])
    } catch (error) {
      if (!(error instanceof StartError && error.portIsTaken) || attempt === startAttempts) throw error
    }
  }
}

async function tryPort(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lane } from './interleaved.ts'
import type { Answer } from './messages.ts'
import type { Open } from './run-backend.ts'
import type { Sizes } from './sizes.ts'
import { Clients } from './sockets.ts'

const appendsEach = 2

/** Every contender serves, and this process has its clients. */
export async function socketLanes<T>(
  open: readonly Open[],
  sizes: Sizes,
  run: (lanes: Lane[]) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-bench-sockets-'))
  const connected: Clients[] = []
  const laneOf = ({ process }: Open, index: number): Lane => {
    const path = join(folder, String(index))
    let clients: Clients | undefined
    return {
      contender: process.contender.name,
      async prepare() {
        // The items are looked at as those of a lone append are.
        const looked = await process.ask({ ask: 'prepare', workload: 'append-1', sizes })
        if (looked.failed !== undefined || looked.wrong !== undefined) return looked
        const { failed } = await process.ask({ ask: 'listen', path })
        if (failed !== undefined) return { failed }
        try {
          clients = await Clients.connect(path, sizes.clients)
          connected.push(clients)
          return {}
        } catch (error) {
          return { failed: (error as Error).message }
        }
      },
      async round(): Promise<Answer> {
        const round = await clients?.round(appendsEach).catch((error: Error) => error)
        if (round instanceof Error) return { failed: round.message }
        return round === undefined ? {} : { round }
      },
    }
  }
  try {
    return await run(open.map(laneOf))
  } finally {
    for (const clients of connected) clients[Symbol.dispose]()
    rmSync(folder, { recursive: true })
  }
}

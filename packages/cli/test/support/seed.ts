import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentInputItem, SessionStore } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'

/** A folder that is gone with the test. */
export class Folder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'sessions-cli-'))

  file(name: string): string {
    return join(this.path, name)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** One turn with a tool, as the SDK writes it. */
export const items: AgentInputItem[] = [
  { role: 'user', content: 'What is the weather in Oslo?' },
  { type: 'function_call', callId: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}', status: 'completed' },
  {
    type: 'function_call_result',
    callId: 'call_1',
    name: 'get_weather',
    output: { type: 'text', text: 'sunny' },
    status: 'completed',
  },
  { role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'It is sunny in Oslo.' }] },
]

/** Three users, each with a turn; the last one wrote last. */
async function seed(store: SessionStore): Promise<void> {
  for (const name of ['ada', 'bob', 'cleo']) {
    const session = store.session(`user_${name}`)
    await session.setMetadata({ userId: name })
    await session.addItems(items)
  }
}

/** A file with those. */
export async function seededFile(folder: Folder, name = 'a.db'): Promise<string> {
  const path = folder.file(name)
  await using store = new SQLiteStore({ path })
  await seed(store)
  return `sqlite:${path}`
}

import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SQLiteStore } from '@sessions/sqlite'
import { describe, expect, it } from 'vitest'
import { startServer } from './server-process.ts'
import { temporaryFile } from './temporary-file.ts'

describe.each(['hono', 'fastify'])('the recipe for %s', (name) => {
  it('remembers, streams, says by its status what trying again is worth, and closes what it opened', async () => {
    const folder = temporaryFile(name)
    const DATABASE = join(folder, 'chats.db')
    const server = await startServer(`../../../examples/recipes/${name}.ts`, { DATABASE })
    const ada = { message: 'My name is Ada.' }
    const paths = ['/chat/ada', '/chat/ada/stream']
    for (const path of paths) {
      const failed = await server.request(path, ada)
      expect([failed.status, await failed.json()]).toEqual([503, { error: 'SESSION_UNAVAILABLE' }])
      expect(failed.headers.get('retry-after')).toBe('1')
    }
    mkdirSync(folder)
    expect(await (await server.request('/chat/ada', ada)).json()).toEqual({ answer: 'You said: My name is Ada.' })

    const store = new SQLiteStore({ path: DATABASE })
    const held = await store.session('ada').acquire()
    for (const path of paths) {
      const busy = await server.request(path, { message: 'Are you there?' })
      expect([busy.status, await busy.json()]).toEqual([409, { error: 'SESSION_IN_USE' }])
    }
    await held.release()
    await store.close()

    const streamed = await server.request('/chat/ada/stream', { message: 'Who am I?' })
    expect(streamed.headers.get('content-type')?.toLowerCase()).toBe('text/plain; charset=utf-8')
    expect(await streamed.text()).toBe('You said: My name is Ada. Who am I?')
    expect(await (await server.request('/chat/ada')).json()).toHaveLength(4)

    const refused = await server.request('/chat/ada', { text: 'no message' })
    expect([refused.status, await refused.json()]).toEqual([400, { error: 'Bad request' }])
    expect(await server.stop()).toBe(0)
    // SQLite removes the log of a database with its last connection.
    expect([existsSync(DATABASE), existsSync(`${DATABASE}-wal`)]).toEqual([true, false])
  })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Stranger } from './stranger.ts'

const stranger = new Stranger()
beforeAll(() => stranger.npmInstall('@sessions/studio', '@sessions/sqlite'))
afterAll(() => stranger[Symbol.dispose]())

it('shows a store by one command, from what was published: its page, its list and a conversation', async () => {
  stranger.write(
    'remember.mjs',
    `import { SQLiteSession } from '@sessions/sqlite'
    const session = new SQLiteSession({ sessionId: 'ada', path: 'conversations.db' })
    await session.addItems([{ role: 'user', content: 'My name is Ada.' }])
    await session.close()`,
  )
  await stranger.run(process.execPath, ['remember.mjs'])
  const { PATH = '', HOME = '' } = process.env
  const studio = spawn(join(stranger.home, 'node_modules/.bin/studio'), ['sqlite:conversations.db'], {
    cwd: stranger.home,
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    let link = ''
    for await (const line of createInterface(studio.stdout)) {
      if (line.startsWith('http://')) link = line
      if (link !== '') break
    }
    const opened = await fetch(link, { redirect: 'manual' })
    const headers = { cookie: opened.headers.get('set-cookie')?.split(';')[0] ?? '' }
    const ask = async (path: string): Promise<string> => (await fetch(new URL(path, link), { headers })).text()
    const page = await ask('/')
    const files = [...page.matchAll(/(?:src|href)="(\/?[\w./-]+\.(?:js|css))"/g)].map(([, file = '']) => file)
    expect(files.length).toBeGreaterThanOrEqual(2)
    for (const file of files) expect((await ask(file)).length).toBeGreaterThan(1_000)
    expect(JSON.parse(await ask('/api/sessions')).sessions).toMatchObject([{ sessionId: 'ada' }])
    expect(await ask('/api/entries?id=ada')).toContain('My name is Ada.')
    studio.kill('SIGINT')
    expect(await once(studio, 'exit')).toEqual([0, null])
  } finally {
    studio.kill('SIGKILL')
  }
})

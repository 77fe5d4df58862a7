import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rmdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('./programs/own-servers.ts', import.meta.url))

it.for(['SIGKILL', 'SIGINT'] as const)('leaves no server and no folder when its owner ends by %s', async (signal) => {
  const folder = await mkdtemp(join(tmpdir(), 'owner-'))
  await chmod(folder, 0o755)
  const owner = fork(program, { env: { ...process.env, TMPDIR: folder } })
  const [urls = []]: string[][] = await Promise.race([once(owner, 'message'), once(owner, 'exit')])
  expect(await readdir(folder)).toHaveLength(2)
  expect(await Promise.all(urls.map(answers))).toEqual([true, true])
  owner.kill(signal)
  await once(owner, 'exit')
  await expect.poll(() => readdir(folder)).toEqual([])
  expect(await Promise.all(urls.map(answers))).toEqual([false, false])
  await rmdir(folder)
})

/** Something listens there. */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

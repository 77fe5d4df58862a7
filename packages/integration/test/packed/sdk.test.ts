import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { offlineModel, snippetsOf } from '../snippets.ts'
import { sdkConsumer } from './consumers.ts'
import { all, supportedSDKs, testedVersion } from './matrix.ts'
import { readmeInstall } from './quick-starts.ts'
import { Stranger } from './stranger.ts'
import { typeCheck } from './types.ts'

const { oldest, newest } = supportedSDKs

describe.each(all ? [oldest, newest] : [newest])('with @openai/agents %s', (version) => {
  const stranger = new Stranger()
  beforeAll(async () => {
    const words = readmeInstall('README.md')
    await stranger.npmInstall(...words.map((word) => (word === '@openai/agents' ? `${word}@${version}` : word)))
    const installed = readFileSync(join(stranger.home, 'node_modules/@openai/agents/package.json'), 'utf8')
    console.log(`@openai/agents ${JSON.parse(installed).version}`)
  })
  afterAll(() => stranger[Symbol.dispose]())

  it('runs the README’s example, which still remembers in another process', async () => {
    const [example = ''] = snippetsOf('README.md')
    stranger.write('example.mjs', example)
    stranger.write('again.mjs', example.replace("await run(agent, 'My name is Ada.', { session })\n", ''))
    stranger.write('offline-model.mjs', offlineModel)
    const node = (file: string): Promise<string> =>
      stranger.run(process.execPath, ['--import', './offline-model.mjs', file])
    expect(await node('again.mjs')).toBe('I do not know.\n')
    expect(await node('example.mjs')).toBe('You are Ada.\n')
    expect(await node('again.mjs')).toBe('You are Ada.\n')
  })

  it('type-checks, each of our classes being assignable to its Session', async () => {
    const types = `@types/node@${testedVersion('@types/node', '.')}`
    await stranger.npmInstall('@sessions/encrypted', '@sessions/redis', '@sessions/sql', types)
    await typeCheck(stranger, sdkConsumer, { skipLibCheck: true, types: ['node'] })
  })
})

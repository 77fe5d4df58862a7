// Encrypts conversations, changes the key while they are in use, and shows what a wrong key does: fail, and lose nothing.
//   node examples/encrypt-at-rest.ts [file]      default: in memory
// Keys made on the spot are for the example. Yours come from where your secrets are, the same on every start.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Agent, Runner } from '@openai/agents'
import { EncryptedStore, type KeyEntry } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import { offlineModel, textOf, userTexts } from './offline-model.ts'
import { printItem, printNote } from './print-item.ts'

const sessionId = 'encrypt-at-rest'
const database = new SQLiteStore({ path: process.argv[2] ?? ':memory:' })
await database.deleteSession(sessionId) // so that the example can be run again on the same file

const runner = new Runner({
  model: offlineModel((shown) => `You said: ${userTexts(shown).join(' ')}`),
  tracingDisabled: true,
})
const agent = new Agent({ name: 'Confidant', instructions: 'You keep secrets.' })

const old: KeyEntry = { id: '2025', key: randomBytes(32) }
const fresh: KeyEntry = { id: '2026', key: randomBytes(32) }

const store = new EncryptedStore({ store: database, keys: [old] })
await runner.run(agent, 'The code is 1234.', { session: store.session(sessionId) })
const records = await database.records.read(sessionId) // what somebody with the file sees
assert.doesNotMatch(records.join(), /code|1234/)
printNote(`The file holds ${records.length} envelopes, such as ${(records[0] ?? '').slice(0, 52)}…`)

// Every process gets both keys first, then all put the new one first; then what is under the old one is encrypted again.
const rotating = new EncryptedStore({ store: database, keys: [fresh, old] })
const { items } = await rotating.rotateKeys()
printNote(`${items} items were encrypted again, under the key ${fresh.id}. The old key may go.`)

const session = new EncryptedStore({ store: database, keys: [fresh] }).session(sessionId)
const answer = await runner.run(agent, 'What was it?', { session })
for (const item of await session.getItems()) printItem(item)
assert.match(String(answer.finalOutput), /1234/)

const wrong = new EncryptedStore({ store: database, keys: [{ ...fresh, key: randomBytes(32) }] }).session(sessionId)
const failure = await wrong.popItem().then(
  () => assert.fail('a wrong key popped an item'),
  ({ code, message }) => `${code}: ${message}`,
)
printNote(`With a wrong key, popItem() fails: ${failure}`)
assert.equal(textOf((await session.getItems()).at(-1)), answer.finalOutput)

await database.close()

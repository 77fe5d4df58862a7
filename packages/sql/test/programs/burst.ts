/**
 * Appends to many of the same sessions as others at once, in any order, and does everything else with some of them beside; tells what was
 * acknowledged, as `writer/number` by session, and the errors that are none of its business.
 */
import { SessionError } from '@sessions/core'
import { SQLStore } from '@sessions/sql'

const [url = '', writer = '', rounds = '0', kept = '0', churned = '0'] = process.argv.slice(2)
/** Those of every second writer carry operation ids. */
const retries = Number(writer.slice(1)) % 2
const store = new SQLStore({ url, retries })
const acknowledged: Record<string, number[]> = {}
const failures: string[] = []

const [keptIds, churnedIds] = [named('kept', kept), named('churned', churned)]

function named(prefix: string, count: string): string[] {
  return Array.from({ length: Number(count) }, (_, index) => `${prefix}-${index}`)
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ value }) => value)
}

async function append(id: string, number: number): Promise<void> {
  await store.session<{ at: string }>(id).addItems([{ at: `${writer}/${number}` }, { at: `${writer}/${number}` }])
  acknowledged[id] ??= []
  acknowledged[id].push(number)
}

/** What takes more than a row of one session, or takes it away. */
async function disturb(id: string, round: number): Promise<void> {
  const session = store.session<{ at: string }>(id)
  const works = [
    () => session.popItem(),
    () => session.clearSession(),
    () => session.replaceItems([{ at: `${writer}/replaced` }]),
    () => store.deleteSession(id),
    () => session.setMetadata({ round }),
    () => session.exclusive(({ session: held }) => held.addItems([{ at: `${writer}/held` }])),
    () => store.forkSession(id, `fork-${writer}-${round}-${id}`),
    () => store.deleteSessions({ prefix: `fork-${writer}-${round - 1}` }),
  ]
  await works[(round + Number(id.split('-')[1])) % works.length]?.()
}

async function said(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    // What a fork is made of may be gone.
    if (error instanceof SessionError && error.code === 'SESSION_CONFLICT') return
    failures.push(error instanceof SessionError ? `${error.code}: ${error.message} ${error.cause}` : String(error))
  }
}

process.once('message', async () => {
  for (let round = 0; round < Number(rounds); round++) {
    const appends = shuffled([...keptIds, ...churnedIds]).slice(
      0,
      Math.ceil((keptIds.length + churnedIds.length) * 0.7),
    )
    const others = shuffled(churnedIds).slice(0, 3)
    await Promise.all([
      ...appends.map((id) => said(append(id, round))),
      ...others.map((id) => said(disturb(id, round))),
    ])
  }
  await store.close()
  process.send?.({ acknowledged, failures })
  process.disconnect()
})
await store.session('first').getItems()
process.send?.('ready')

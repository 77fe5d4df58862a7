import { SQLStore } from '@sessions/sql'
import { rounds, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { Child } from './support/child.ts'
import { report } from './support/figures.ts'

interface Said {
  acknowledged: Record<string, number[]>
  failures: string[]
}

const postgres = await startPostgres()
afterAll(() => postgres.stop())
const servers = [{ name: 'Postgres', database: () => postgres.createDatabase() }]

const bursts = rounds(300, 4)
const processes = rounds(4, 3)
const [kept, churned] = [60, 20]

/** The numbers of one writer's batches in a history, in order; each batch stands there as two equal items in a row. */
function numbersOf(items: readonly { at: string }[], writer: string): number[] {
  const ofWriter = items.flatMap(({ at }, index) => (at.startsWith(`${writer}/`) ? [{ at, index }] : []))
  return ofWriter.flatMap(({ at, index }, place) => {
    if (place % 2 === 1) return []
    return items[index + 1]?.at === at ? [Number(at.slice(writer.length + 1))] : [Number.NaN]
  })
}

describe.each(servers)('groups of several processes, on $name', ({ name, database }) => {
  it(`lose, double and swap nothing, and never wait for each other, in ${bursts} bursts of ${processes} processes beside all else`, async () => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true })
    await store.session('first').getItems()
    const admin = new Admin(url)
    const before = await admin.countDeadlocks()
    const writers = Array.from({ length: processes }, (_, index) => `w${index}`)
    const children = writers.map((writer) => {
      return new Child('burst.ts', [url, writer, `${bursts}`, `${kept}`, `${churned}`])
    })
    await Promise.all(children.map((child) => child.next()))
    for (const child of children) child.tell('go')
    const said = await Promise.all(children.map((child) => child.next<Said>()))
    expect(said.flatMap(({ failures }) => failures)).toEqual([])
    let members = 0
    for (let index = 0; index < kept; index++) {
      const items = await store.session<{ at: string }>(`kept-${index}`).getItems()
      for (const [place, writer] of writers.entries()) {
        const numbers = said[place]?.acknowledged[`kept-${index}`] ?? []
        expect(numbersOf(items, writer)).toEqual(numbers)
        members += numbers.length
      }
    }
    const deadlocks = (await admin.countDeadlocks()) - before
    report(`groups-${name}`, { bursts: bursts * processes, members, deadlocks })
    expect(members).toBeGreaterThan(bursts * processes * kept * 0.5)
    await admin.close()
  })
})

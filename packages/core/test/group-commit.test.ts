import { setImmediate as turn } from 'node:timers/promises'
import { GroupCommit, type GroupCommitOptions, type Outcomes } from '@sessions/core'
import { describe, expect, it } from 'vitest'

const fulfilled = (members: readonly string[]): Outcomes<string> =>
  members.map((value) => ({ status: 'fulfilled', value }))

/** What left together, in order. */
function recording(options: Partial<GroupCommitOptions<string, string>> = {}) {
  const groups: string[][] = []
  const group = new GroupCommit<string, string>({
    alone: (member) => {
      groups.push([member])
      return member
    },
    together: (members) => {
      groups.push([...members])
      return fulfilled(members)
    },
    mostMembers: 100,
    mostLength: 100,
    ...options,
  })
  const add = async (member: string, length = 1): Promise<string> => group.add(member, member, length)
  return { groups, group, add }
}

describe('commits of one turn of the event loop', () => {
  it('leave at once where there is one, and the others of the turn together at its end', async () => {
    const { groups, add } = recording()
    const all = Promise.all(['a', 'b', 'c'].map((member) => add(member)))
    expect(groups).toEqual([['a']])
    await Promise.resolve()
    expect(groups).toEqual([['a']])
    expect(await all).toEqual(['a', 'b', 'c'])
    expect(groups).toEqual([['a'], ['b', 'c']])
    await turn()
    await turn()
    void add('d')
    expect(groups.at(-1)).toEqual(['d'])
  })

  it('wait for nothing where each follows the answer to the one before it in its session', async () => {
    const { groups, group, add } = recording()
    let turns = 0
    setImmediate(() => turns++)
    for (let count = 0; count < 5; count++) await add('a')
    expect([groups.length, turns]).toEqual([5, 0])
    const both = [add('b'), add('a')]
    expect([groups.length, turns]).toEqual([5, 0])
    await Promise.all(both)
    expect(groups.slice(5)).toEqual([['b', 'a']])
    const others = Promise.all(Array.from({ length: 5 }, async () => group.add('a', 'a', 1)))
    await turn()
    await others
    expect(groups.slice(6)).toEqual([['a', 'a', 'a', 'a', 'a']])
  })

  it('are not in the order of their sessions: one that follows an answer goes behind what waits', async () => {
    const { groups, add } = recording()
    await add('a')
    const other = add('b')
    await Promise.all([add('a'), other])
    expect(groups).toEqual([['a'], ['b', 'a']])
  })

  it('leave in the order in which they came, in groups of so many and so long, one a turn', async () => {
    const { groups, add } = recording({ mostMembers: 3, mostLength: 10 })
    const lengths = { a: 1, b: 1, c: 1, d: 1, e: 9, f: 50, g: 2, h: 8, i: 1 }
    const between: number[] = []
    const all = Promise.all(Object.entries(lengths).map(([member, length]) => add(member, length)))
    let isOver = false
    void all.then(() => {
      isOver = true
    })
    while (!isOver) {
      await turn()
      between.push(groups.length)
    }
    expect(groups).toEqual([['a'], ['b', 'c', 'd'], ['e'], ['f'], ['g', 'h'], ['i']])
    expect(Math.max(...between.map((count, index) => count - (between[index - 1] ?? 1)))).toBeLessThanOrEqual(1)
  })

  it('leave with their like alone, where the adapter tells them apart', async () => {
    const { groups, add } = recording({ alike: (first, other) => first[0] === other[0] })
    await Promise.all(['a1', 'a2', 'a3', 'b1', 'b2', 'a4'].map((member) => add(member)))
    expect(groups).toEqual([['a1'], ['a2', 'a3'], ['b1', 'b2'], ['a4']])
  })

  it('wait while as many groups are under way as may be, and are the larger for it', async () => {
    const ends: (() => void)[] = []
    const slow = <T>(value: T): Promise<T> => new Promise((resolve) => ends.push(() => resolve(value)))
    const left: string[][] = []
    const { add } = recording({
      mostUnderWay: 1,
      alone: (member) => {
        left.push([member])
        return slow(member)
      },
      together: (members) => {
        left.push([...members])
        return slow(fulfilled(members))
      },
    })
    const all = [add('a')]
    for (const member of ['b', 'c', 'd']) {
      await turn()
      all.push(add(member))
    }
    await turn()
    expect(left).toEqual([['a']])
    ends.shift()?.()
    await all[0]
    await turn()
    expect(left).toEqual([['a'], ['b', 'c', 'd']])
    ends.shift()?.()
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('leave before something else is done with one of their sessions, or with all', async () => {
    const { groups, group, add } = recording()
    const all = Promise.all(['a', 'b', 'c'].map((member) => add(member)))
    group.flush('a')
    group.flush('other')
    expect(groups).toEqual([['a']])
    group.flush('c')
    expect(groups).toEqual([['a'], ['b', 'c']])
    const more = add('d')
    group.flush()
    expect(groups.at(-1)).toEqual(['d'])
    expect([await all, await more]).toEqual([['a', 'b', 'c'], 'd'])
  })
})

describe('what becomes of a group', () => {
  it('is said of each of its members', async () => {
    const { add } = recording({
      together: (members) =>
        members.map((value) =>
          value === 'c' ? { status: 'rejected', reason: new Error('c failed') } : { status: 'fulfilled', value },
        ),
    })
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map((member) => add(member)))
    expect(outcomes.map((outcome) => ('value' in outcome ? outcome.value : outcome.reason.message))).toEqual([
      'a',
      'b',
      'c failed',
      'd',
    ])
  })

  it('is a failure of each where it fails as a whole, or does not say', async () => {
    for (const together of [
      () => Promise.reject(new Error('lost')),
      (members: readonly string[]) => fulfilled(members).slice(0, 1),
    ]) {
      const { add } = recording({ together })
      const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((member) => add(member)))
      expect(outcomes.map(({ status }) => status)[2]).toBe('rejected')
      expect(await add('next')).toBe('next')
    }
  })

  it('of one that is alone does not keep the next from leaving', async () => {
    const { add } = recording({
      alone: (member) => {
        if (member === 'a') throw new Error('a failed')
        return Promise.resolve(member)
      },
    })
    await expect(add('a')).rejects.toThrow('a failed')
    expect(await add('b')).toBe('b')
  })
})

import type { Contender } from '../contender.ts'
import { oursOf } from './ours.ts'

export const contender: Contender = {
  name: 'ours',
  backend: 'memory',
  packages: [],
  async open() {
    const { MemoryStore } = await import('@sessions/core')
    return oursOf(new MemoryStore())
  },
}

import type { Contender } from '../contender.ts'
import { oursOf } from './ours.ts'

export const contender: Contender = {
  name: 'ours',
  backend: 'redis',
  packages: ['redis'],
  async open(url) {
    const { RedisStore } = await import('@sessions/redis')
    return oursOf(new RedisStore({ url }))
  },
}

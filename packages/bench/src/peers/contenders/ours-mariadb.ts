import type { Contender } from '../contender.ts'
import { oursOf } from './ours.ts'

export const contender: Contender = {
  name: 'ours',
  backend: 'mariadb',
  packages: ['mysql2'],
  async open(url) {
    const { SQLStore } = await import('@sessions/sql')
    return oursOf(new SQLStore({ url, createTables: true }))
  },
}

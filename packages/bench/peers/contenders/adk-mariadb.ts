import { adk } from '../shared/adk.ts'

export const contender = adk({
  backend: 'mariadb',
  driver: '@mikro-orm/mariadb',
  async options(url) {
    const { MariaDbDriver } = await import('@mikro-orm/mariadb')
    return { driver: MariaDbDriver, clientUrl: url }
  },
})

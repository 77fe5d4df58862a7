import { mastra } from '../shared/mastra.ts'

export const contender = mastra({
  name: '@mastra/mysql',
  backend: 'mariadb',
  driver: 'mysql2',
  async create(url) {
    const { MySQLStore } = await import('@mastra/mysql')
    return new MySQLStore({ id: 'bench', connectionString: url.replace('mariadb:', 'mysql:') })
  },
})

import { SessionError } from '@sessions/core'
import type { SQLDialect } from './dialects/all.ts'

/** What an import of CommonJS gives. */
type Driver = object & { default?: object }

/** Ours are found beside this package, wherever Sequelize itself is installed. @throws SESSION_BACKEND for one that is not installed */
export async function loadDriver(dialect: SQLDialect): Promise<object> {
  const driver = await imports[dialect]()
  return driver.default ?? driver
}

/**
 * Each by its name in an `import()` that is all of a `try`: so a bundler takes those along that are installed, and only warns of the others.
 */
const imports: Readonly<Record<SQLDialect, () => Promise<Driver>>> = {
  postgres: async () => {
    try {
      return await import('pg')
    } catch (error) {
      throw explain(error, 'postgres', 'pg')
    }
  },
  mariadb: async () => {
    try {
      return await import('mariadb')
    } catch (error) {
      throw explain(error, 'mariadb', 'mariadb')
    }
  },
  mysql: async () => {
    try {
      return await import('mysql2')
    } catch (error) {
      throw explain(error, 'mysql', 'mysql2')
    }
  },
  sqlite: async () => {
    try {
      // @ts-expect-error: it is not installed here.
      return await import('sqlite3')
    } catch (error) {
      throw explain(error, 'sqlite', 'sqlite3')
    }
  },
}

/** By the codes of `import()`, of `require` and of Bun, or of what a bundler has put in their place. */
function explain(error: unknown, dialect: SQLDialect, name: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return error
  return new SessionError('SESSION_BACKEND', `The driver of ${dialect} is missing: npm install ${name}`, {
    cause: error,
  })
}

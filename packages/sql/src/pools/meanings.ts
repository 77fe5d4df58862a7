import { type Meaning, noneFree } from '../meanings.ts'

/** What pools say, without a code that says it. */
export const ofPools: readonly { readonly pattern: RegExp; readonly meaning: Meaning }[] = [
  {
    // Sequelize, pg, mariadb and mysql2, PGlite.
    pattern:
      /connection manager was closed|pool is draining|^Cannot use a pool after calling end|pool is (already )?closed|^PGlite is clos/i,
    meaning: ['SESSION_UNAVAILABLE', 'The pool was closed by its owner.', { retryable: false }],
  },
  {
    // pg, mariadb, and mysql2 twice.
    pattern:
      /^timeout exceeded when trying to connect|retrieve connection from pool timeout|^Queue limit reached|^No connections available/,
    meaning: ['SESSION_BUSY', noneFree],
  },
]

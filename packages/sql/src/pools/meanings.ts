import { type Meaning, noneFree } from '../meanings.ts'

const closed: Meaning = ['SESSION_UNAVAILABLE', 'The pool was closed by its owner.', { retryable: false }]
const exhausted: Meaning = ['SESSION_BUSY', noneFree]

/** What pools of mariadb say with a code (https://github.com/mariadb-corporation/mariadb-connector-nodejs/blob/main/lib/misc/errors.js). */
const codes: Readonly<Record<string, Meaning>> = {
  ER_POOL_ALREADY_CLOSED: closed,
  ER_CLOSING_POOL: closed,
  ER_ADD_CONNECTION_CLOSED_POOL: closed,
  // For want of a free one: where none could be made, `cause` says why, and that is what it means.
  ER_GET_CONNECTION_TIMEOUT: exhausted,
}

/** What Sequelize, pg, mysql2 and PGlite say of a pool that was closed: they have no code for it. */
const saysClosed =
  /connection manager was closed|pool is draining|^Cannot use a pool after calling end|^Pool is closed|^PGlite is clos/
/** What pg says, and mysql2 in two ways, where no connection is free. */
const saysExhausted = /^timeout exceeded when trying to connect|^Queue limit reached|^No connections available/

/** What a failure of a pool itself means. */
export function meaningOfPool(code: unknown, message: string): Meaning | undefined {
  if (typeof code === 'string' && Object.hasOwn(codes, code)) return codes[code]
  if (saysClosed.test(message)) return closed
  return saysExhausted.test(message) ? exhausted : undefined
}

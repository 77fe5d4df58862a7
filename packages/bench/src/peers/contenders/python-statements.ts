import { fileURLToPath } from 'node:url'
import type { Contender } from '../contender.ts'

const program = fileURLToPath(new URL('python_statements.py', import.meta.url))

/** What the npm registry does not have: the class itself would have to come with its SDK from PyPI. */
export const contender: Contender = {
  name: "Python's SQLiteSession, its statements",
  backend: 'sqlite',
  packages: [],
  lacks: ['expiry'],
  note: 'The statements of the Agents SDK for Python 0.22.0, on one connection of `sqlite3`. The threads and the lock of its class, which take more time, are left out, and so is its first call, which would import the SDK.',
  command: ['python3', program],
}

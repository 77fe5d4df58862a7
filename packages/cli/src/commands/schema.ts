import { defineCommand } from '../command/command.ts'
import type { OptionSpecs } from '../command/option.ts'
import { oneOf } from '../command/parsers.ts'
import { Failure } from '../exit-codes.ts'
import { styled } from '../output/styled.ts'
import { schemaState, schemaText } from '../stores/schema.ts'
import type { StoreValues } from '../stores/store-options.ts'
import { findStoreURL } from '../stores/store-url.ts'

const options = {
  dialect: {
    flags: '--dialect <name>',
    about: 'to print those of one without a store: postgres, mariadb, mysql or sqlite',
    parse: oneOf(['postgres', 'mariadb', 'mysql', 'sqlite']),
  },
  apply: { flags: '--apply', about: 'make the tables, or bring them up to date' },
  check: { flags: '--check', about: 'only look' },
} as const satisfies OptionSpecs

export const schemaCommand = defineCommand({
  about:
    'Prints the statements that make the tables of a new database, for migrations of your own. --apply makes them, or brings older ones up to date; --check exits with 1 where that is needed.',
  options,
  store: 'create',
  examples: [
    ['sessions schema --dialect postgres --schema agents > 001_sessions.sql', 'for a migration tool'],
    ['sessions schema --check -s env:DATABASE_URL', 'in CI, before a deployment'],
  ],
  async run({ values, out, open }) {
    const { apply, check, dialect } = values
    if ([apply, check, dialect !== undefined].filter(Boolean).length > 1) {
      throw new Failure('usage', 'Take one of --apply, --check and --dialect.')
    }
    const store = values as unknown as StoreValues
    if (!apply && !check) {
      const kind = dialect ?? (await findStoreURL(store.store, store.password)).kind
      await out.line(await schemaText(kind, store))
      return undefined
    }
    const opened = await open({ writes: apply, creates: apply, createTables: apply })
    const state = await schemaState(opened, store)
    const isDone = state === 'current'
    await out.line(
      styled(
        isDone ? 'green' : 'red',
        isDone ? 'The tables are up to date.' : 'The tables are missing, or older than this version.',
      ),
    )
    return isDone ? 'done' : 'found'
  },
})

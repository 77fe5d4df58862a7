import type { OptionSpecs, ValuesOf } from '../command/option.ts'
import { count, filled, seconds } from '../command/parsers.ts'

/** What says which store, and how it is opened. */
export const storeOptions = {
  store: {
    flags: '-s, --store <url>',
    about:
      'sqlite:FILE, postgres://…, mysql://…, mariadb://…, redis://…, module:FILE; env:NAME or file:PATH that has one; default: SESSIONS_URL',
    parse: filled,
  },
  schema: { flags: '--schema <name>', about: 'the schema of the tables, on Postgres', parse: filled },
  sessionsTable: { flags: '--sessions-table <name>', about: 'default: agent_sessions', parse: filled },
  messagesTable: { flags: '--messages-table <name>', about: 'default: agent_messages', parse: filled },
  keyPrefix: {
    flags: '--key-prefix <text>',
    about: 'what keys begin with, on Redis; default: agents:session',
    parse: filled,
  },
  ttl: { flags: '--ttl <time>', about: 'when what is written here ends, such as 30d; default: never', parse: seconds },
  key: {
    flags: '--key <source>',
    about: 'the key of encrypted sessions: env:NAME, file:PATH or prompt; default: SESSIONS_KEY, where it is set',
    parse: filled,
  },
  keyFormat: {
    flags: '--key-format <name>',
    about: 'whose envelopes: sessions, or python',
    parse: filled,
    choices: ['sessions', 'python'],
  },
  password: {
    flags: '--password <source>',
    about: "the password of the url's user: env:NAME, file:PATH or prompt; default: SESSIONS_PASSWORD, where it is set",
    parse: filled,
  },
  timeout: {
    flags: '--timeout <ms>',
    about: 'milliseconds that one call may take to connect or wait; default: 30000',
    parse: count,
  },
} as const satisfies OptionSpecs

export type StoreValues = ValuesOf<typeof storeOptions>

/** The options that were given, as they are written: secrets are named by where they are kept, and so are these. */
export function flagsOf(values: StoreValues): string[] {
  return Object.entries(storeOptions).flatMap(([name, { flags }]) => {
    const value = values[name as keyof StoreValues]
    const [flag = ''] = /^-[-\w]+/.exec(flags) ?? []
    return value === undefined ? [] : [flag, name === 'ttl' ? `${value}s` : String(value)]
  })
}

/** The same for the store that is copied to: `--to-key` and so on. */
export const targetOptions = {
  toSchema: { ...storeOptions.schema, flags: '--to-schema <name>', about: 'the schema of its tables, on Postgres' },
  toSessionsTable: { ...storeOptions.sessionsTable, flags: '--to-sessions-table <name>' },
  toMessagesTable: { ...storeOptions.messagesTable, flags: '--to-messages-table <name>' },
  toKeyPrefix: {
    ...storeOptions.keyPrefix,
    flags: '--to-key-prefix <text>',
    about: 'what its keys begin with, on Redis',
  },
  toTtl: { ...storeOptions.ttl, flags: '--to-ttl <time>' },
  toKey: {
    ...storeOptions.key,
    flags: '--to-key <source>',
    about: 'the key to encrypt with: env:NAME, file:PATH or prompt',
  },
  toKeyFormat: { ...storeOptions.keyFormat, flags: '--to-key-format <name>' },
  toPassword: {
    ...storeOptions.password,
    flags: '--to-password <source>',
    about: 'its password: env:NAME, file:PATH or prompt',
  },
} as const satisfies OptionSpecs

/** The values of those, under the names of the others. */
export function targetValues(url: string, values: ValuesOf<typeof targetOptions>): StoreValues {
  const { toSchema, toSessionsTable, toMessagesTable, toKeyPrefix, toTtl, toKey, toKeyFormat, toPassword } = values
  return {
    store: url,
    schema: toSchema,
    sessionsTable: toSessionsTable,
    messagesTable: toMessagesTable,
    keyPrefix: toKeyPrefix,
    ttl: toTtl,
    key: toKey,
    keyFormat: toKeyFormat,
    password: toPassword,
    timeout: undefined,
  }
}

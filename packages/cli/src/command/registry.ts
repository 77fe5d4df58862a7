import type { Command } from './command.ts'

/** A command that is loaded when it is used: starting costs the same however many there are. */
export interface Listed {
  name: string
  /** One line for `sessions --help`. */
  summary: string
  load(): Promise<Command>
}

/** In the order of `sessions --help`. */
export const commands: readonly Listed[] = [
  { name: 'ls', summary: 'list sessions, newest first', load: () => import('../commands/ls.ts').then((m) => m.ls) },
  { name: 'show', summary: 'print a conversation', load: () => import('../commands/show.ts').then((m) => m.show) },
  {
    name: 'tail',
    summary: 'print the end of a conversation, and what is added to it',
    load: () => import('../commands/tail.ts').then((m) => m.tail),
  },
  { name: 'grep', summary: 'search what was said', load: () => import('../commands/grep.ts').then((m) => m.grep) },
  {
    name: 'studio',
    summary: 'look at conversations in a browser',
    load: () => import('../commands/studio.ts').then((m) => m.studioCommand()),
  },
  {
    name: 'stats',
    summary: 'count sessions, items and bytes, by age',
    load: () => import('../commands/stats.ts').then((m) => m.stats),
  },
  {
    name: 'export',
    summary: 'write sessions to a file',
    load: () => import('../commands/export.ts').then((m) => m.exportCommand),
  },
  {
    name: 'import',
    summary: 'read sessions from such a file',
    load: () => import('../commands/import.ts').then((m) => m.importCommand),
  },
  {
    name: 'copy',
    summary: 'copy sessions from one store to another',
    load: () => import('../commands/copy.ts').then((m) => m.copy),
  },
  {
    name: 'verify',
    summary: 'decode everything, and tell what is wrong',
    load: () => import('../commands/verify.ts').then((m) => m.verify),
  },
  { name: 'rm', summary: 'delete sessions', load: () => import('../commands/rm.ts').then((m) => m.rm) },
  {
    name: 'prune',
    summary: 'delete old sessions, and what has expired',
    load: () => import('../commands/prune.ts').then((m) => m.prune),
  },
  {
    name: 'fork',
    summary: 'begin another session with the history of one',
    load: () => import('../commands/fork.ts').then((m) => m.fork),
  },
  {
    name: 'rewind',
    summary: 'take back the newest turns',
    load: () => import('../commands/rewind.ts').then((m) => m.rewind),
  },
  {
    name: 'metadata',
    summary: 'change what is known of a session',
    load: () => import('../commands/metadata.ts').then((m) => m.metadata),
  },
  {
    name: 'rekey',
    summary: 'encrypt again under a new key',
    load: () => import('../commands/rekey.ts').then((m) => m.rekey),
  },
  {
    name: 'schema',
    summary: 'print, make or check the tables',
    load: () => import('../commands/schema.ts').then((m) => m.schemaCommand),
  },
  {
    name: 'ping',
    summary: 'whether the store answers, for health checks',
    load: () => import('../commands/ping.ts').then((m) => m.ping),
  },
  {
    name: 'doctor',
    summary: 'what is wrong with a store, and what to do about it',
    load: () => import('../commands/doctor.ts').then((m) => m.doctor),
  },
  {
    name: 'conformance',
    summary: 'certify a store of your own',
    load: () => import('../commands/conformance.ts').then((m) => m.conformance),
  },
]

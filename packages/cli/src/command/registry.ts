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
]

/** The settings of a SQLite file that say when a write is safe, as they are in force, read by a contender's own connection. */
export async function safeWhen(read: (pragma: string) => unknown): Promise<Readonly<Record<string, unknown>>> {
  return { journal_mode: await read('journal_mode'), synchronous: await read('synchronous') }
}

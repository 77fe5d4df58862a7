import { SQLStore } from '@sessions/sql'

/** What the kit's child processes open; each of them goes through another of the urls. */
export function openStore({ urls }: { urls: string[] }): SQLStore {
  return new SQLStore({ url: urls[process.pid % urls.length] ?? '', createTables: true })
}

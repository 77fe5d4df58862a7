import type { ServerOptions } from './test-server.ts'

/** The URLs in that variable, which wins over the machine's software; none if the test needs a server of its own. */
export function environmentUrls(variable: string, { own = false, settings = {} }: ServerOptions = {}): string[] {
  if (own || Object.keys(settings).length > 0) return []
  return (process.env[variable] ?? '').split(',').filter((url) => url !== '')
}

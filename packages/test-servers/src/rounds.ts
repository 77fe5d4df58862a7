/**
 * How often a test breaks something: `usual` times, and `all` times where SESSIONS_TEST_FAULTS is `all`, as in `pnpm faults`,
 * which takes a quarter of an hour.
 */
export function rounds(all: number, usual: number): number {
  return process.env.SESSIONS_TEST_FAULTS === 'all' ? all : usual
}

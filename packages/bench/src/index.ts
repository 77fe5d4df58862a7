/** `pnpm bench sqlite` or another name: our medians against the same work written by hand on the driver, in one interleaved run. */
const benchmarks: Readonly<Record<string, () => Promise<{ run(): Promise<boolean> }>>> = {
  encrypted: () => import('./encrypted.ts'),
  redis: () => import('./redis.ts'),
  sql: () => import('./sql.ts'),
  sqlite: () => import('./sqlite.ts'),
}

const [name = ''] = process.argv.slice(2)
const load = benchmarks[name]
if (load === undefined) throw new TypeError(`Name a benchmark: ${Object.keys(benchmarks).join(', ')}.`)
const { run } = await load()
process.exit((await run()) ? 0 : 1)

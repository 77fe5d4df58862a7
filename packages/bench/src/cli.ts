import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startPostgres } from '@sessions/test-servers'
import { besideWriter } from './cli/beside-writer.ts'
import { runNode, runOther, type Took } from './cli/command.ts'
import { installCommand } from './cli/installed.ts'
import { type Figure, print } from './cli/print.ts'
import { type Size, seed, seedLarge } from './cli/seed.ts'

const maxPeak = 200
const byHand = new URL('./cli/copy-by-hand.ts', import.meta.url).pathname

/** What the `sessions` command takes on a large store, beside what the field's own tools take for the same rows in the same run. */
export async function run(size: Size): Promise<boolean> {
  const from = await seed(size)
  const program = installCommand()
  const folder = mkdtempSync(join(tmpdir(), 'sessions-bench-cli-work-'))
  const figures: Figure[] = []
  const peaks: Figure[] = []
  const sessions = async (args: readonly string[], file?: string): Promise<Took> => {
    const took = await runNode([program, ...args], {}, file)
    peaks.push({ name: `peak of ${args[0]}, MiB`, value: took.peak, most: maxPeak })
    return took
  }
  const log = (figure: Figure): void => {
    figures.push(figure)
    print([figure])
  }
  try {
    console.log(`${size.sessions} sessions, ${size.items} items, ${Math.round(statSync(from).size / 2 ** 20)} MiB`)
    log({ name: 'ls, in times of node -e 0', value: await listing(from, sessions), most: 8 })

    await exporting(from, folder, sessions, log)
    await copying(from, sessions, log)

    const imported = await sessions(['import', join(folder, 'export.jsonl'), '-s', `sqlite:${join(folder, 'in.db')}`])
    log({ name: 'import, seconds', value: imported.seconds })
    rmSync(join(folder, 'export.jsonl'))
    for (const command of ['verify', 'stats', 'doctor']) await sessions([command, '-s', `sqlite:${from}`])
    // It ends with 1, since it finds nothing.
    await sessions(['grep', 'no such text', '-s', `sqlite:${from}`]).catch((error: Error) => {
      if (!error.message.endsWith('ended with 1')) throw error
    })

    const pruned = join(folder, 'pruned.db')
    copyFileSync(from, pruned)
    const alone = await besideWriter(pruned, () => new Promise((resolve) => setTimeout(resolve, 3_000)))
    log({ name: 'longest wait of a writer alone, s', value: alone.longest / 1000 })
    let took = 0
    const beside = await besideWriter(pruned, async () => {
      took = (await sessions(['prune', '--older-than', '100d', '--yes', '-s', `sqlite:${pruned}`])).seconds
    })
    log({ name: 'longest wait of a writer beside prune, s', value: beside.longest / 1000, most: 0.2, seconds: took })
    print(peaks)
    await large(folder, program)
  } finally {
    for (const path of [folder, dirname(dirname(dirname(dirname(dirname(program)))))]) rmSync(path, { recursive: true })
  }
  return [...figures, ...peaks].every(
    ({ value, least = -Infinity, most = Infinity }) => value >= least && value <= most,
  )
}

/** Medians, taken in turns. */
async function listing(from: string, sessions: (args: readonly string[]) => Promise<Took>): Promise<number> {
  const [ours, node]: [number[], number[]] = [[], []]
  for (let round = 0; round < 11; round++) {
    ours.push((await sessions(['ls', '-s', `sqlite:${from}`])).seconds)
    node.push((await runNode(['-e', '0'])).seconds)
  }
  return median(ours) / median(node)
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}

/** Likewise. Both write a file; that of the export stays. */
async function exporting(
  from: string,
  folder: string,
  sessions: (args: readonly string[], file?: string) => Promise<Took>,
  log: (figure: Figure) => void,
): Promise<void> {
  const [ours, dumps]: [number[], number[]] = [[], []]
  const [file, dump] = [join(folder, 'export.jsonl'), join(folder, 'dump.sql')]
  for (let round = 0; round < 3; round++) {
    dumps.push(await runOther('sqlite3', [from, '.dump'], dump))
    ours.push((await sessions(['export', '-s', `sqlite:${from}`], file)).seconds)
  }
  rmSync(dump)
  const seconds = median(ours)
  log({ name: 'export, speed over that of .dump', value: median(dumps) / seconds, least: 1 / 2, seconds })
}

async function copying(
  from: string,
  sessions: (args: readonly string[]) => Promise<Took>,
  log: (figure: Figure) => void,
): Promise<void> {
  await using server = await startPostgres({ own: true, settings: { autovacuum: 'on' } })
  const [ours, other] = [await server.createDatabase(), await server.createDatabase()]
  for (const url of [ours, other]) await sessions(['schema', '--apply', '-s', url])
  const before = await runNode([byHand, from, other])
  const { seconds } = await sessions(['copy', `sqlite:${from}`, ours])
  // Of a machine that has other work as well, the same share: before and after.
  const last = await server.createDatabase()
  await sessions(['schema', '--apply', '-s', last])
  const after = await runNode([byHand, from, last])
  const bare = (before.seconds + after.seconds) / 2
  log({ name: 'copy, speed over that of COPY', value: bare / seconds, least: 1 / 3, seconds })
}

/** Said, and held to nothing: a session is held whole. */
async function large(folder: string, program: string): Promise<void> {
  const [from, file] = [join(folder, 'large.db'), join(folder, 'large.jsonl')]
  await seedLarge(from)
  const at = `sqlite:${from}`
  for (const [args, into] of [
    [['export', '-s', at], file],
    [['import', file, '-s', `sqlite:${join(folder, 'large-in.db')}`]],
    [['copy', at, `sqlite:${join(folder, 'large-copy.db')}`]],
    [['verify', '-s', at]],
  ] as const) {
    const { peak } = await runNode([program, ...args], {}, into)
    print([{ name: `peak of ${args[0]} with items of 16 MiB, MiB`, value: peak }])
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, extname, join } from 'node:path'
import { defineCommand } from '../command/command.ts'
import { filled } from '../command/parsers.ts'
import { find } from '../stores/resolve.ts'

const passed = ['only', 'seed', 'steps', 'timeout', 'junit', 'badge'] as const

export const conformance = defineCommand({
  about: 'Runs the kit of @sessions/core against a store of your own. Exits with 1 where a case failed.',
  words: [['<module>', 'whose default export is a harness, an array of them, or a function that gives either']],
  options: {
    only: { flags: '-t, --only <id>', about: 'only this case, or those whose ids begin so', parse: filled },
    seed: { flags: '--seed <n>', about: 'what random choices are drawn from', parse: filled },
    steps: { flags: '--steps <n>', about: 'how long random cases are', parse: filled },
    timeout: { flags: '--timeout <ms>', about: 'after which a case counts as failed', parse: filled },
    report: { flags: '--report <file>', about: 'writes the report as JSON', parse: filled },
    junit: { flags: '--junit <file>', about: "writes JUnit's XML", parse: filled },
    badge: { flags: '--badge <file>', about: 'writes a badge as SVG', parse: filled },
  },
  store: 'none',
  examples: [['sessions conformance ./harness.js -t append/', 'the cases about appending']],
  async run({ words: [module = ''], values }) {
    const given = passed.flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]]))
    const report = values.report === undefined ? [] : ['--json', values.report]
    // The kit's own program, beside its entry: as the project has it, since the harness is of that one.
    const kit = find('@sessions/core/conformance') ?? ''
    const program = join(dirname(kit), `cli${extname(kit)}`)
    const child = spawn(process.execPath, [program, module, ...given, ...report], { stdio: 'inherit' })
    const [code] = await once(child, 'close')
    return code === 0 ? 'done' : code === 2 ? 'usage' : 'found'
  },
})

/** Records what the Agents SDK for Python stores of each kind of run, for the tests of the codec: `pnpm record:python PATH_TO_SDK`. */

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unpackedPython } from '../packages/test-servers/src/machine/python.ts'
import { commandLine } from './command-line.ts'
import { run } from './run.ts'

const { positionals, refuse } = commandLine(
  `pnpm record:python PATH_TO_SDK

Runs the runner of the OpenAI Agents SDK for Python, whose source is in that folder, with a model that is told what to say, and writes
what its session stores to packages/integration/test/python/recorded.json. Python and what the SDK needs are unpacked from Debian's sid into
the cache of packages/test-servers (about 30 MB to download, once); nothing of the system changes. Nothing is sent to anybody.`,
  {},
  1,
)

/** What pyproject.toml of the SDK names (0.22.0); the rest is what these depend on. */
const needed = ['openai', 'mcp', 'griffelib', 'requests', 'websockets', 'typing-extensions'].map(
  (name) => `python3-${name}`,
)

const sdk = resolve(positionals[0] ?? refuse('Which folder?'))
if (!existsSync(join(sdk, 'src/agents/run.py'))) refuse(`There is no src/agents/run.py in ${sdk}.`)
const version = /^version = "(.+)"$/m.exec(readFileSync(join(sdk, 'pyproject.toml'), 'utf8'))?.[1] ?? 'unknown'

const folder = fileURLToPath(new URL('../packages/integration/test/python/', import.meta.url))
const { command, environment } = await unpackedPython('python-agents', needed)
const [file, ...first] = command
Object.assign(process.env, environment(join(sdk, 'src')))
await run(file, [...first, join(folder, 'recording/record.py'), join(folder, 'recorded.json'), version])
for (const name of Object.keys(environment(''))) delete process.env[name]
await run('biome', ['format', '--write', join(folder, 'recorded.json')])

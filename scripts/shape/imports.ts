import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** The rooms of `packages/core/src` along the data path. A file imports of its own room and of those after it. */
const rooms = [
  'conformance',
  'testing',
  'memory',
  'operations',
  'usage',
  'compaction',
  'session',
  'history',
  'store',
  'codec',
  'call',
  'errors',
]
const core = 'packages/core/src'

/** Code flows one way: down the rooms of core, types too, and no file needs, by way of others, itself. */
export function imports(): string[] {
  const needed = new Map(
    globSync('{packages,templates}/*/{src,page}/**/*.{ts,tsx}').map((file) => [file, neededBy(file)]),
  )
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [`${[...path.slice(path.indexOf(file)), file].join(' needs ')}`]
    if (done.has(file)) return []
    const found = (needed.get(file) ?? []).flatMap((next) => visit(next, [...path, file]))
    done.add(file)
    return found
  }
  return [...[...needed.keys()].flatMap((file) => visit(file, [])), ...globSync(`${core}/*/**/*.ts`).flatMap(upward)]
}

function upward(file: string): string[] {
  const [room = '', ...inside] = relative(core, file).split('/')
  if (!rooms.includes(room))
    return [`${file}: ${[room, ...inside].join('/')} lies in none of the rooms ${rooms.join(', ')}`]
  return importedBy(file, /^(?:import|export) [^'"]*'(\.[^']+)'/gm).flatMap((path) => {
    const [other = ''] = relative(core, path).split('/')
    const isDown = rooms.indexOf(other) >= rooms.indexOf(room)
    return isDown ? [] : [`${file}: imports ${path}, which lies above it`]
  })
}

function neededBy(file: string): string[] {
  return importedBy(file, /^(?:import|export) (?!type )[^'"]*'(\.[^']+)'/gm)
}

function importedBy(file: string, statement: RegExp): string[] {
  return [...readFileSync(file, 'utf8').matchAll(statement)].map(([, path = '']) => join(dirname(file), path))
}

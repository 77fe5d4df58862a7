import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Code flows one way: no file needs, by way of others, itself. Types may refer to each other. */
export function imports(): string[] {
  const needed = new Map(globSync('{packages,templates}/*/src/**/*.ts').map((file) => [file, neededBy(file)]))
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [`${[...path.slice(path.indexOf(file)), file].join(' needs ')}`]
    if (done.has(file)) return []
    const found = (needed.get(file) ?? []).flatMap((next) => visit(next, [...path, file]))
    done.add(file)
    return found
  }
  return [...needed.keys()].flatMap((file) => visit(file, []))
}

function neededBy(file: string): string[] {
  const statements = readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^'"]*'(\.[^']+)'/gm)
  return [...statements].map(([, path = '']) => join(dirname(file), path))
}

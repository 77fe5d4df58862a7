import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { mysql, valkey } from './machine/software.ts'
import { type UnpackedSoftware, unpacked } from './machine/unpack.ts'

/** The variable that names, with commas between them, the servers that this run goes without. */
export const withoutVariable = 'SESSIONS_TEST_WITHOUT'

/** Whether this run goes without such a server: none but those of a suite that moves, and may lack it one day. */
export function isWithout({ name }: UnpackedSoftware): boolean {
  return (process.env[withoutVariable] ?? '').split(',').includes(name)
}

/** Makes ready the servers that a run may go without. Resolves to those that it has to go without, and why. */
export async function missingServers(): Promise<{ name: string; reason: string }[]> {
  const missing = []
  for (const software of [mysql, valkey]) {
    const reason = await reasonToGoWithout(software)
    if (reason !== undefined) missing.push({ name: software.name, reason })
  }
  return missing
}

async function reasonToGoWithout(software: UnpackedSoftware): Promise<string | undefined> {
  if (isWithout(software)) return `${withoutVariable} says so.`
  try {
    const [file, ...first] = (await unpacked(software)).command
    // What came may not run on this machine.
    await promisify(execFile)(file, [...first, '--version'])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

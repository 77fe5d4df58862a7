import { appendFileSync } from 'node:fs'
import { FilePlace } from '../mutants/place.ts'
import { PlainStore } from '../mutants/plain-store.ts'

/** Writes its process id in a file, a line each time that it opens the store. */
export function open({ path, opened }: { path: string; opened: string }): PlainStore {
  appendFileSync(opened, `${process.pid}\n`)
  return new PlainStore({ place: new FilePlace(path) })
}

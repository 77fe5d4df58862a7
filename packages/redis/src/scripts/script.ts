import { createHash } from 'node:crypto'
import { appendsScript, commitScript } from './commit.ts'
import { eraseScript } from './erase.ts'
import { infoScript } from './info.ts'
import { maintainScript } from './maintain.ts'
import { pageScript } from './page.ts'
import { readScript } from './read.ts'

/** A Lua text, and the name that Redis knows it by once it has seen it. */
export interface Script {
  readonly text: string
  readonly sha: string
}

type ScriptName = 'appends' | 'commit' | 'erase' | 'info' | 'maintain' | 'page' | 'read'

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** Every text sent to Redis, by operation. */
export const scripts: Readonly<Record<ScriptName, Script>> = {
  appends: script(appendsScript),
  commit: script(commitScript),
  erase: script(eraseScript),
  info: script(infoScript),
  maintain: script(maintainScript),
  page: script(pageScript),
  read: script(readScript),
}

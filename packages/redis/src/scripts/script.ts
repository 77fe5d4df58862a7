import { createHash } from 'node:crypto'
import { adoptScript } from './adopt.ts'
import { appendsScript, commitScript, dropScript } from './commit.ts'
import { eraseScript } from './erase.ts'
import { forgetScript } from './forget.ts'
import { infoScript } from './info.ts'
import { maintainScript } from './maintain.ts'
import { ownerScript } from './owner.ts'
import { pageScript } from './page.ts'
import { readScript } from './read.ts'

/** A Lua text, and the name that Redis knows it by once it has seen it. */
export interface Script {
  readonly text: string
  readonly sha: string
}

type ScriptName =
  | 'adopt'
  | 'appends'
  | 'commit'
  | 'drop'
  | 'erase'
  | 'forget'
  | 'info'
  | 'maintain'
  | 'owner'
  | 'page'
  | 'read'

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** Every text sent to Redis, by operation. */
export const scripts: Readonly<Record<ScriptName, Script>> = {
  adopt: script(adoptScript),
  appends: script(appendsScript),
  commit: script(commitScript),
  drop: script(dropScript),
  erase: script(eraseScript),
  forget: script(forgetScript),
  info: script(infoScript),
  maintain: script(maintainScript),
  owner: script(ownerScript),
  page: script(pageScript),
  read: script(readScript),
}

import { createHash } from 'node:crypto'
import { adoptScript } from './adopt.ts'
import { appendsScript, commitScript, dropScript } from './commit.ts'
import { entriesScript } from './entries.ts'
import { eraseScript } from './erase.ts'
import { forgetScript } from './forget.ts'
import { forkScript } from './fork.ts'
import { indexStepsScript, lookScript, reconcileScript } from './index-steps.ts'
import { namedScript, newestScript } from './index-walks.ts'
import { infoScript } from './info.ts'
import { leaseScript } from './lease.ts'
import { maintainScript } from './maintain.ts'
import { ownerScript } from './owner.ts'
import { pageScript } from './page.ts'
import { readScript } from './read.ts'
import { operationsScript, restoreScript } from './restore.ts'

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
  | 'entries'
  | 'erase'
  | 'forget'
  | 'fork'
  | 'indexSteps'
  | 'info'
  | 'lease'
  | 'look'
  | 'maintain'
  | 'named'
  | 'newest'
  | 'operations'
  | 'owner'
  | 'page'
  | 'read'
  | 'reconcile'
  | 'restore'

/** The name of a script is the digest of its text. */
export function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** Every text sent to Redis, by operation. */
export const scripts: Readonly<Record<ScriptName, Script>> = {
  adopt: script(adoptScript),
  appends: script(appendsScript),
  commit: script(commitScript),
  drop: script(dropScript),
  entries: script(entriesScript),
  erase: script(eraseScript),
  forget: script(forgetScript),
  fork: script(forkScript),
  indexSteps: script(indexStepsScript),
  info: script(infoScript),
  lease: script(leaseScript),
  look: script(lookScript),
  maintain: script(maintainScript),
  named: script(namedScript),
  newest: script(newestScript),
  operations: script(operationsScript),
  owner: script(ownerScript),
  page: script(pageScript),
  read: script(readScript),
  reconcile: script(reconcileScript),
  restore: script(restoreScript),
}

import { existsSync } from 'node:fs'

/** Neither that process nor that folder is there any more. */
export function isGone({ pid, folder }: { pid?: number; folder: string }): boolean {
  return !(pid !== undefined && isRunning(pid)) && !existsSync(folder)
}

/** A process with that id runs. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

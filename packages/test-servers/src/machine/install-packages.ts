import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const script = fileURLToPath(new URL('./install-packages.sh', import.meta.url))
/** Released by the system when its holder ends, however that happens. */
const lock = '/run/lock/sessions-test-servers'

/** Installs Debian packages, whose services are not started; one process at a time, and the others then have nothing to do. */
export async function installPackages(packages: readonly string[]): Promise<void> {
  console.warn(`Tests need ${packages.join(', ')}: installing with apt-get …`)
  try {
    await promisify(execFile)('flock', [lock, 'sh', script, ...packages], { maxBuffer: 64 * 2 ** 20 })
  } catch (error) {
    const log = error instanceof Error && 'stderr' in error ? String(error.stderr).trimEnd() : ''
    throw new Error(`apt-get can't install ${packages.join(', ')}: ${log}`, { cause: error })
  }
}

import { join } from 'node:path'
import { unpackPackages } from './unpack.ts'

/** A Python of Debian's sid, beside which the system's may be too old for what is to run. */
export interface UnpackedPython {
  readonly command: readonly [string, ...string[]]
  /** Variables under which it finds the modules of its packages, and those of a folder. */
  environment(modules: string): Record<string, string>
}

/**
 * Python with modules, by the names of their packages. Unless an earlier run has left it in the cache, it is downloaded. Nothing of the system changes.
 * @param name - of the folder in the cache
 * @throws where the packages cannot be had
 */
export async function unpackedPython(name: string, packages: readonly string[]): Promise<UnpackedPython> {
  const { folder, run } = await unpackPackages(name, packages)
  const home = join(folder, 'usr')
  return {
    command: run('usr/bin/python3'),
    environment: (modules) => ({
      PYTHONHOME: home,
      PYTHONPATH: [modules, join(home, 'lib/python3/dist-packages')].join(':'),
      PYTHONDONTWRITEBYTECODE: '1',
    }),
  }
}

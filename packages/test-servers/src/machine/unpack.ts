import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** A server that Debian's stable suite does not have: a package of the suite sid, run from a folder of its own. */
export interface UnpackedSoftware {
  readonly name: 'MySQL' | 'Valkey'
  readonly package: string
  /** The program, as a path in the package. */
  readonly program: string
  /** The server of `compose.yml` that stands in for it, and the variable that leads to it. */
  readonly compose: string
  readonly environment: string
}

/** A program of such a package. */
export interface UnpackedProgram {
  /** Where the package and all that it needs is unpacked. */
  readonly folder: string
  /** Starts the program with the libraries of the folder: the system's may be too old for it. */
  readonly command: readonly [string, ...string[]]
}

const script = fileURLToPath(new URL('./unpack-package.sh', import.meta.url))

/** Outside of the repository, and of root's home, which the users that servers run as can't enter. */
const cache =
  process.getuid?.() === 0
    ? '/var/cache/sessions-test-servers'
    : join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sessions-test-servers')

/**
 * The program of that software. Unless an earlier run has left it in the cache, it is downloaded, which is said on stderr.
 * @throws Error with the commands that would help.
 */
export async function unpacked(software: UnpackedSoftware): Promise<UnpackedProgram> {
  if (!existsSync(join(cache, software.package))) {
    console.warn(`Tests need ${software.name}: unpacking ${software.package} of Debian sid into ${cache} …`)
  }
  try {
    const { folder, run } = await unpackPackages(software.package, [software.package])
    return { folder, command: run(software.program) }
  } catch (error) {
    throw new Error(instructions(software, error), { cause: error })
  }
}

/** Packages and all that they need, in a folder of the cache, and how a program of it is run, by its path there. */
interface UnpackedPackages {
  readonly folder: string
  run(program: string): readonly [string, ...string[]]
}

/** Unless an earlier run has left them in the cache, they are downloaded. */
export async function unpackPackages(name: string, packages: readonly string[]): Promise<UnpackedPackages> {
  const folder = join(cache, name)
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true })
    const parameters = [join(cache, 'lock'), 'sh', script, cache, name, ...packages]
    // Released by the system when its holder ends, however that happens.
    await promisify(execFile)('flock', parameters, { maxBuffer: 64 * 2 ** 20 })
  }
  const [loader] = globSync(join(folder, 'usr/lib/*-linux-gnu*/ld-linux*.so.*'))
  if (loader === undefined) throw new Error(`${folder} has no loader for programs: remove it, and try again`)
  return { folder, run: (program) => [loader, '--library-path', dirname(loader), join(folder, program)] }
}

function instructions(
  { name, package: debianPackage, compose, environment }: UnpackedSoftware,
  error: unknown,
): string {
  const log = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
  return [
    `These tests need ${name}, and ${debianPackage} of Debian sid can't be had: ${log}\nAny of these helps:`,
    `  docker compose up -d --wait ${compose} && export ${environment}`,
    `  export SESSIONS_TEST_WITHOUT=${name}`,
  ].join('\n')
}

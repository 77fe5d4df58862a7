import { execFileSync } from 'node:child_process'

/** Packs a built package into `destination`, as `pnpm publish` would upload it. Gives the path of the tarball. */
export function pack(packageFolder: string, destination: string): string {
  const output = execFileSync('pnpm', ['pack', '--json', '--pack-destination', destination], {
    cwd: packageFolder,
    encoding: 'utf8',
  })
  const { filename } = JSON.parse(output.slice(output.indexOf('{'))) as { filename: string }
  return filename
}

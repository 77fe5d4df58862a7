/**
 * Writes into package.json of every package what follows from elsewhere: where its repository, its home page and its issues are, from
 * `repository` in the root's; and what it exports once it is built, from the sources that it exports here. Part of `pnpm run docs`. With
 * `--check`, says which ones are out of date instead.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { commandLine } from './command-line.ts'
import { publishedEntries } from './packages/exports.ts'
import { repositoryUrl } from './repository.ts'
import { run } from './run.ts'
import { everyManifest } from './workspace.ts'

const { check = false } = commandLine(
  `node scripts/generate-manifests.ts [--check]

Writes into package.json of each package where its repository is, and what is exported once it is built; with --check, says which are
out of date instead.`,
  { check: { type: 'boolean' } },
).values
const url = repositoryUrl()
const stale = everyManifest().flatMap(({ folder, manifest }) => {
  const file = join(folder, 'package.json')
  const before = JSON.parse(readFileSync(file, 'utf8'))
  const { repository: _, homepage: __, bugs: ___, ...others } = before
  others.publishConfig = { ...others.publishConfig, ...publishedEntries(manifest.exports) }
  const addresses =
    url === undefined || manifest.private === true
      ? {}
      : {
          repository: { type: 'git', url: `git+${url}.git`, directory: folder },
          homepage: `${url}/tree/main/${folder}#readme`,
          bugs: `${url}/issues`,
        }
  const after = { ...others, ...addresses }
  if (isDeepStrictEqual(after, before)) return []
  if (!check)
    writeFileSync(
      file,
      JSON.stringify(after, null, 2).replaceAll(/\{\s+("types": .*)\s+("default": .*)\s+\}/g, '{ $1 $2 }'),
    )
  return [file]
})
for (const file of stale) console.log(check ? `${file} is out of date: run pnpm run docs` : `${file} written`)
if (!check && stale.length > 0) await run('biome', ['format', '--write', ...stale])
process.exit(check && stale.length > 0 ? 1 : 0)

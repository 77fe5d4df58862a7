/** Ends the release workflow at its first step where a release could not be traced to its source. */

import { commandLine } from './command-line.ts'
import { repositoryUrl } from './repository.ts'
import { run } from './run.ts'

commandLine(
  `node scripts/release-guard.ts

Fails where a release could not be traced to its source.`,
  {},
)

const url = repositoryUrl()
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env
const here = GITHUB_REPOSITORY === undefined ? url : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`
if (url === undefined || url !== here) {
  const address = here === undefined ? 'https://github.com/<owner>/<name>' : here
  console.error(
    `No release: "repository" in package.json is ${JSON.stringify(url ?? '')}. Set it to "${address}", run pnpm run docs, commit.`,
  )
  process.exit(1)
}
await run('node', ['scripts/generate-manifests.ts', '--check'])

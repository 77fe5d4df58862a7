import { readFileSync } from 'node:fs'

/** The repository's address, such as `https://github.com/owner/name`, from the one place that sets it: `repository` in package.json. */
export function repositoryUrl(): string | undefined {
  const { repository } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return repository === '' ? undefined : repository
}

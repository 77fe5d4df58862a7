import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { publishedPackages } from '../../../../scripts/workspace.ts'
import { commandsIn, commit } from './rehearsal.ts'

const { clone, tarballs, registry, repository } = inject('release')
const at = commandsIn(clone)
const published = publishedPackages(clone).map(({ manifest }) => manifest.name)
const names = published.map((name) => name.replace('@sessions/', ''))

function manifestOf(name: string): { version: string } {
  return JSON.parse(readFileSync(join(clone, 'packages', name, 'package.json'), 'utf8'))
}
const { version } = manifestOf('core')

describe('a release', () => {
  it.each(names)('publishes %s as it was packed, at the version that all packages have', async (name) => {
    const [found] = JSON.parse(
      await at('npm', 'view', `@sessions/${name}`, '--json', '--registry', registry).then((text) => `[${text}]`),
    )
    expect(found).toMatchObject({
      version,
      versions: [version],
      'dist-tags': { latest: version },
      repository: { url: `git+${repository}.git`, directory: `packages/${name}` },
      homepage: `${repository}/tree/main/packages/${name}#readme`,
      publishConfig: { access: 'public' },
    })
    expect(readdirSync(join(tarballs, 'packages'))).toContain(`sessions-${name}-${version}.tgz`)
    if (name !== 'core') expect(found.dependencies['@sessions/core']).toBe(`^${version}`)
  })

  it('tags each package, and uses up the changesets', async () => {
    const tags = await at('git', 'tag')
    expect(tags.trim().split('\n')).toEqual(names.map((name) => `@sessions/${name}@${version}`))
    expect(readdirSync(join(clone, '.changeset'))).toEqual(['config.json'])
  })

  it('leaves a changelog in the words of the changesets, linked to the commits', () => {
    const changelog = readFileSync(join(clone, 'packages/sqlite/CHANGELOG.md'), 'utf8')
    expect(changelog).toMatch(
      RegExp(`^# @sessions/sqlite\\n\\n## ${version.replaceAll('.', '\\.')}\\n\\n### Minor Changes\\n`),
    )
    expect(changelog).toMatch(
      /^- The first packages: .*\n(?: {2}.*\n)* {2}.* \(\[[0-9a-f]{7,}\]\(https:\/\/github\.com\/example\/sessions\/commit\/[0-9a-f]{7,}\)\)$/m,
    )
    expect(changelog).not.toContain('Updated dependencies')
  })

  it('publishes nothing when it is run again', async () => {
    expect(await at('changeset', 'publish')).toContain('No unpublished projects to publish')
  })

  it('fails where provenance is asked for, as the workflow does, and cannot be had', async () => {
    const workflow = readFileSync(join(clone, '.github/workflows/release.yml'), 'utf8')
    expect(workflow).toContain('PNPM_CONFIG_PROVENANCE: "true"')
    const tarball = join(tarballs, 'packages', `sessions-core-${version}.tgz`)
    const publishing = at('env', 'PNPM_CONFIG_PROVENANCE=true', 'pnpm', 'publish', tarball, '--no-git-checks')
    await expect(publishing).rejects.toThrow(/ERR_PNPM_(PROVENANCE|ID_TOKEN)_/)
  })
})

describe('the release guard', () => {
  const file = join(clone, 'package.json')
  const manifest = readFileSync(file, 'utf8')

  it('refuses to release while nobody has said where the repository is', async () => {
    writeFileSync(file, manifest.replace(repository, ''))
    await expect(at('node', 'scripts/release-guard.ts')).rejects.toThrow(
      /No release: "repository" in package.json is ""/,
    )
    writeFileSync(file, manifest)
  })

  it('refuses to release from packages that name another repository', async () => {
    writeFileSync(file, manifest.replace(repository, `${repository}-2`))
    await expect(at('node', 'scripts/release-guard.ts')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('packages/core/package.json is out of date'),
    })
    writeFileSync(file, manifest)
    await at('node', 'scripts/release-guard.ts')
  })
})

it('asks for a changeset where a package changes what it does, and nowhere else', async () => {
  const since = (await at('git', 'rev-parse', 'HEAD')).trim()
  writeFileSync(join(clone, 'packages/redis/README.md'), '# @sessions/redis\n')
  writeFileSync(join(clone, 'packages/redis/test/keys.test.ts'), '')
  await commit(clone, 'No source')
  await at('changeset', 'status', '--since', since)

  rmSync(join(clone, 'packages/redis/src/keys.ts'))
  await commit(clone, 'Source')
  const status = at('changeset', 'status', '--since', since)
  await expect(status).rejects.toMatchObject({ stdout: expect.stringContaining('no changesets were found') })

  await at('changeset', 'add', '--patch', '@sessions/redis', '--message', 'Keys are gone.')
  await commit(clone, 'A changeset')
  await at('changeset', 'status', '--since', since)
})

it('raises all published packages together, and no private one', async () => {
  await at('changeset', 'add', '--patch', '@sessions/redis', '--message', 'Keys are back.')
  await at('changeset', 'version')
  expect(new Set(names.map((name) => manifestOf(name).version))).toEqual(new Set([manifestOf('redis').version]))
  expect(manifestOf('redis').version).not.toBe(version)
  expect(manifestOf('integration').version).toBe('0.0.0')
  const changelog = readFileSync(join(clone, 'packages/sqlite/CHANGELOG.md'), 'utf8')
  expect(changelog).toContain(`## ${manifestOf('redis').version}\n\n### Patch Changes\n\n- With \`@sessions/core\` `)
})

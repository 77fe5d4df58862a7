/** How changesets writes a changelog: what users asked for or will notice, in the words of the changeset, and where to read on. */
import type { ChangelogFunctions } from '@changesets/types'
import { repositoryUrl } from './repository.ts'

const changelog: ChangelogFunctions = {
  async getReleaseLine({ summary, commit }) {
    const url = repositoryUrl()
    const link = url === undefined || commit === undefined ? '' : ` ([${commit}](${url}/commit/${commit}))`
    return `- ${summary.trim().replaceAll('\n', '\n  ')}${link}`
  },

  /** All packages have one version, so that a package without changes of its own says what it came with. */
  async getDependencyReleaseLine(_changesets, dependencies) {
    return dependencies.map(({ name, newVersion }) => `- With \`${name}\` ${newVersion}`).join('\n')
  },
}
export default changelog

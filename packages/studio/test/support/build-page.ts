import { buildPage } from '../../../../scripts/packages/page.ts'

/** The page as it is now: what is served in the repository too is what was built. */
export default async function setup(): Promise<void> {
  await buildPage('page', 'dist/page')
}

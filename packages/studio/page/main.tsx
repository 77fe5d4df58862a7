import { render } from 'preact'
import type { About } from '../src/shared/api.ts'
import { getJSON } from './api.ts'
import { App } from './app.tsx'
import { DoingProvider } from './doing/doing.tsx'

// The token has given its cookie: what is copied from the address bar from now on opens nothing for others.
if (location.search !== '') history.replaceState(null, '', `/${location.hash}`)

const root = document.getElementById('app')
if (root !== null) {
  try {
    const about = await getJSON<About>('about', {})
    render(
      <DoingProvider about={about}>
        <App about={about} />
      </DoingProvider>,
      root,
    )
  } catch (error) {
    render(<p role="alert">{(error as Error).message}</p>, root)
  }
}

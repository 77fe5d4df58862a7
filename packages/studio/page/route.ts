import { useEffect, useState } from 'preact/hooks'

/** What is shown: the address after `#`, which can be given to others who have a studio of the same store. */
export type Route =
  | { view: 'home' }
  | { view: 'pictures' }
  | { view: 'session'; sessionId: string; entry?: string }
  | { view: 'compare'; sessionId: string; other: string }

function parseRoute(hash: string): Route {
  const [kind = '', first, second] = hash.replace(/^#\/?/, '').split('/').map(decoded)
  if (kind === 's' && first) return { view: 'session', sessionId: first, ...(second && { entry: second }) }
  if (kind === 'compare' && first && second) return { view: 'compare', sessionId: first, other: second }
  return { view: kind === 'pictures' ? 'pictures' : 'home' }
}

export function hashOf(route: Route): string {
  if (route.view === 'home') return '#/'
  if (route.view === 'pictures') return '#/pictures'
  const id = encodeURIComponent(route.sessionId)
  if (route.view === 'compare') return `#/compare/${id}/${encodeURIComponent(route.other)}`
  return `#/s/${id}${route.entry === undefined ? '' : `/${encodeURIComponent(route.entry)}`}`
}

/** What the address says, now and whenever it changes. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const listen = (): void => setHash(location.hash)
    addEventListener('hashchange', listen)
    return () => removeEventListener('hashchange', listen)
  }, [])
  return parseRoute(hash)
}

/** A link that somebody has broken by hand is taken as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return part
  }
}

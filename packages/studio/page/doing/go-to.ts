import { hashOf, type Route } from '../route.ts'

/** Shows something else. What had the focus is gone then, and the focus goes to the search, which is always there. */
export function goTo(route: Route): void {
  addEventListener('hashchange', () => document.getElementById('search')?.focus(), { once: true })
  location.hash = hashOf(route)
}

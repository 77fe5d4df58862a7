const form = 'redis://[[user]:password@]host[:port][/database], or rediss:// for TLS'

/**
 * Here, since the errors of others quote the url, and with it the password.
 * @throws TypeError for what is not understood; it holds the names of parameters at most
 */
export function checkURL(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !isPlain(parsed)) {
    throw new TypeError(`url must be ${form}; other characters than letters and digits in user and password as %XX.`)
  }
  const names = [...new Set(parsed.searchParams.keys())]
  if (names.length > 0) {
    throw new TypeError(`url has parameters that are not understood, and takes none: ${names.join(', ')}.`)
  }
}

/** Where a password has a `/`, `?` or `#` in it as it is, what follows is taken for a path, parameters or a fragment: an `@` is left there. */
function isPlain({ protocol, hostname, pathname, search, hash, href, username, password }: URL): boolean {
  const isKnown = protocol === 'redis:' || protocol === 'rediss:'
  const isComplete = hostname !== '' && /^\/?\d*$/.test(pathname)
  return (
    isKnown &&
    isComplete &&
    hash === '' &&
    !href.endsWith('#') &&
    !search.includes('@') &&
    isEncoded(username, password)
  )
}

function isEncoded(...texts: readonly string[]): boolean {
  return texts.every((text) => !/%(?![0-9a-f]{2})/i.test(text) && decodes(text))
}

function decodes(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch (error) {
    if (error instanceof URIError) return false
    throw error
  }
}

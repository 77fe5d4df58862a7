const withPassword = /([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s@]*@/gi

/** What must never be printed, beside the passwords of urls. */
const secrets = new Set<string>()

/** From now on it is left out of every message. Texts that could stand anywhere are no secrets. */
export function keepSecret(text: string): void {
  if (text.length < 4) return
  secrets.add(text)
  secrets.add(encodeURIComponent(text))
}

/** A message without keys and passwords: in urls, and wherever a driver quotes them. */
export function redacted(message: string): string {
  let text = message.replaceAll(withPassword, '$1:***@')
  for (const secret of secrets) text = text.replaceAll(secret, '***')
  return text
}

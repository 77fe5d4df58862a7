/** How long the browser has to begin with it, in milliseconds. */
const graceMs = 10_000

/** Offers bytes as a file to be saved. */
export function saveFile(bytes: Blob, name: string): void {
  const url = URL.createObjectURL(bytes)
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), graceMs)
}

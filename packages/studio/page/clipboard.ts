/** @throws Error where the browser does not let the page: it does on this machine, and not without encryption from another one */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard === undefined) throw new Error('The browser copies only on pages of this machine.')
  await navigator.clipboard.writeText(text)
}

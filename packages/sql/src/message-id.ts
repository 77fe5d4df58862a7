/** Whether a text is what the id of a message can be: a positive BIGINT, written in one way. */
export function isMessageId(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text) && BigInt(text) < 2n ** 63n
}

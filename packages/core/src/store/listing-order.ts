/** Where a session stands in a listing. A `SessionInfo` says it of its session. */
export interface SessionPlace {
  updatedAt: Date
  sessionId: string
}

/** For `sort`: the newest `updatedAt` first, of equal ones the session id descending by its bytes in UTF-8. */
export function byListingOrder(a: SessionPlace, b: SessionPlace): number {
  return b.updatedAt.getTime() - a.updatedAt.getTime() || compareCodePoints(b.sessionId, a.sessionId)
}

/** As UTF-8 has it. `<` compares UTF-16 units, among which those of an emoji come before U+E000. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [one, other] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (one !== other) return rank(one) - rank(other)
  }
  return a.length - b.length
}

/** Surrogates stand for code points beyond all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

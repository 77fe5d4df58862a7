/** Milliseconds for which our own work may keep the event loop before timers and sockets get their turn. */
const sliceMs = 10

/** When timers and sockets have had their turn. Taken once, so that a test's fake timers hold nobody up. Not every runtime has `setImmediate`. */
export const afterThisTurn: (callback: () => void) => unknown =
  globalThis.setImmediate ?? ((callback: () => void) => setTimeout(callback, 0))

/** The turn of the event loop in which work of ours is going on. */
let turn: { readonly endsAt: number; readonly over: Promise<void> } | undefined
/** The last of those who wait. */
let last: Promise<void> | undefined

/**
 * To be called before each step of work that may be one of many: gives a promise to wait for where our work has kept the event
 * loop for long, so that timers and sockets run first. Whoever waits goes on in the order of asking. A lone step never waits.
 */
export function yieldIfLong(): Promise<void> | undefined {
  if (last === undefined && !isLong()) return undefined
  const mine = (last ?? Promise.resolve()).then(untilShort)
  last = mine
  void mine.then(() => {
    if (last === mine) last = undefined
  })
  return mine
}

async function untilShort(): Promise<void> {
  while (isLong()) await turn?.over
}

function isLong(): boolean {
  turn ??= begin()
  return performance.now() >= turn.endsAt
}

function begin(): NonNullable<typeof turn> {
  const over = new Promise<void>((resolve) => {
    afterThisTurn(() => {
      turn = undefined
      resolve()
    })
  })
  return { endsAt: performance.now() + sliceMs, over }
}

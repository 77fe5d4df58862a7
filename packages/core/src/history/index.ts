export { keepLastItems } from './keep-last-items.ts'
export { keepLastTurns } from './keep-last-turns.ts'
export { keepWithin } from './keep-within.ts'
export type { HistoryWindow, WindowOptions } from './window.ts'

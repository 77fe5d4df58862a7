/** What was measured, and what it must be. */
export interface Figure {
  name: string
  value: number
  least?: number
  most?: number
  /** What ours took, where the value is a ratio. */
  seconds?: number
}

export function print(figures: readonly Figure[]): void {
  for (const { name, value, least, most, seconds } of figures) {
    const goal = least !== undefined ? `at least ${least.toFixed(2)}` : most !== undefined ? `at most ${most}` : ''
    const missed = value < (least ?? -Infinity) || value > (most ?? Infinity)
    const took = seconds === undefined ? '' : `, ${seconds.toFixed(1)} s`
    console.log(`${name.padEnd(48)}${value.toFixed(2).padStart(10)}   ${goal}${took}${missed ? '   MISSED' : ''}`)
  }
}

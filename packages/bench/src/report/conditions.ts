import type { Machine } from '../peers/results.ts'

/** Where and when something was measured. */
interface Measured {
  readonly date: string
  readonly machine: Machine
}

export function conditions({ date, machine }: Measured): string {
  const { processor, cores, memoryGiB, system, node, load } = machine
  return `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}; load ${load} when it began; ${date}`
}

/** Figures of a machine that did other work are no figures, and the report says so itself. */
export function warning({ machine: { load, cores } }: Measured): string {
  if (load <= cores / 2) return ''
  return ` **The machine did other work meanwhile (a load of ${load} on ${cores} cores): nothing follows from these figures.**`
}

/** A parameter's name as an error may show it: what looks like none may be a piece of something else. */
export function nameOf(parameter: string): string {
  return /^[\w.-]{1,40}$/.test(parameter) ? JSON.stringify(parameter) : 'whose name is no word'
}

/** What a parameter takes: some words, or whatever the function does not refuse. */
export type Parameters = Readonly<Record<string, readonly string[] | ((value: string) => boolean)>>

/** @throws TypeError that names the first parameter that is not understood, or whose value is not */
export function checkParameters(dialect: string, given: ReadonlyMap<string, string>, known: Parameters): void {
  for (const [name, value] of given) {
    const takes = Object.hasOwn(known, name) ? known[name] : undefined
    if (takes === undefined) {
      const names = Object.keys(known).join(', ')
      throw new TypeError(
        `url has the parameter ${nameOf(name)}, which is not understood. For ${dialect} there are ${names}.`,
      )
    }
    const isRight = typeof takes === 'function' ? takes(value) : takes.includes(value)
    if (isRight) continue
    const words = typeof takes === 'function' ? '' : ` It takes ${takes.join(', ')}.`
    throw new TypeError(`url has a value of the parameter ${nameOf(name)} that is not understood.${words}`)
  }
}

/** Milliseconds that a timer can wait for (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). */
export const isMilliseconds = (value: string): boolean => /^\d{1,10}$/.test(value) && Number(value) < 2 ** 31
/** The same in seconds. */
export const isSeconds = (value: string): boolean => /^\d{1,7}$/.test(value) && Number(value) * 1000 < 2 ** 31
export const isText = (value: string): boolean => value !== ''

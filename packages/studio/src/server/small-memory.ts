import { setFlagsFromString } from 'node:v8'

/**
 * What a request leaves behind is collected soon, instead of in a nursery of V8 that grows to tens of megabytes: a long history is read page by
 * page, and next to nothing of it is kept. Collecting more often costs less than a tenth of the time.
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

import { describe } from '../call/describe.ts'

/**
 * Records replaced or removed where they stand, by the places that a page gave. It is no use of the session: `updatedAt`, ttl and
 * expiry stay, and so does all that a store keeps of a record beside its text, such as its id and the time when it was written.
 * `conflict` where one of the places no longer holds what was read there; then nothing is changed. Appends are no obstacle.
 */
export interface Maintenance {
  replace?: readonly Replacement[]
  /** Places whose records go. Those that follow move up where a store counts them. */
  remove?: readonly string[]
}

/** What stands in a place from now on. */
export interface Replacement {
  place: string
  record: string
}

/**
 * The place of a record for a store that has a name for where it stands: a position, the id of a row. The record's digest is a part
 * of it, so that a store sees whether it still holds what was read, without having been sent it. 53 bits are enough against
 * chance; who could look for two equal ones can write to the database anyway.
 */
export function placeOf(position: number | string, record: string): string {
  return `${position} ${digest(record)}`
}

/** What {@link placeOf} was given as position. */
export function positionOf(place: string): string {
  return place.slice(0, Math.max(place.indexOf(' '), 0))
}

/** Whether there is anything to do. */
export function maintains({ replace = [], remove = [] }: Maintenance): boolean {
  return replace.length + remove.length > 0
}

/** A copy that the caller cannot change any more. @throws TypeError that names the part */
export function checkMaintenance(maintain: unknown): Maintenance {
  if (typeof maintain !== 'object' || maintain === null) {
    throw new TypeError(`maintain must be an object, not ${describe(maintain)}.`)
  }
  const unknown = Object.keys(maintain).find((name) => name !== 'replace' && name !== 'remove')
  if (unknown !== undefined) throw new TypeError(`maintain has no part ${JSON.stringify(unknown)}.`)
  const { replace = [], remove = [] } = maintain as Maintenance
  if (!Array.isArray(replace) || !Array.isArray(remove)) throw new TypeError('maintain takes arrays.')
  const replacements = replace.map((each: Replacement, index) => {
    const { place, record } = each ?? {}
    if (typeof place !== 'string' || typeof record !== 'string') {
      throw new TypeError(`maintain.replace[${index}] must be { place, record }, both strings.`)
    }
    return { place, record }
  })
  const wrong = remove.findIndex((place) => typeof place !== 'string')
  if (wrong >= 0) throw new TypeError(`maintain.remove[${wrong}] must be a string, not ${describe(remove[wrong])}.`)
  const places = [...replacements.map(({ place }) => place), ...remove]
  if (new Set(places).size < places.length) throw new TypeError('maintain names a place twice.')
  return { replace: replacements, remove: [...remove] }
}

/** Two rounds of multiply and mix, as in MurmurHash3, over the UTF-16 units. */
function digest(text: string): string {
  let [one, other] = [0xdeadbeef, 0x41c6ce57]
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    one = Math.imul(one ^ unit, 2654435761)
    other = Math.imul(other ^ unit, 1597334677)
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909)
  other = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909)
  return (4294967296 * (2097151 & other) + (one >>> 0)).toString(36)
}

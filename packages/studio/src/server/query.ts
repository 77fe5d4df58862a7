import { pair } from '@sessions/cli/program'
import type { SessionFilter, SessionPlace } from '@sessions/core'
import type { HonoRequest } from 'hono'
import { Refusal } from './failure.ts'

/** What of the listing is asked for, as the address has it. @throws Refusal for what is not understood */
export function filterFrom(request: HonoRequest): SessionFilter {
  const { prefix, after, updatedBefore, updatedAfter } = request.query()
  const pairs = (request.queries('metadata') ?? []).map(pair)
  return {
    ...(prefix && { prefix }),
    ...(pairs.length > 0 && { metadata: Object.fromEntries(pairs) }),
    ...(updatedBefore && { updatedBefore: dateOf(updatedBefore) }),
    ...(updatedAfter && { updatedAfter: dateOf(updatedAfter) }),
    ...(after && { after: placeOf(after) }),
  }
}

/** A whole number, from the address. @throws Refusal for another, or one beyond `most` */
export function numberFrom(request: HonoRequest, name: string, fallback: number, most: number): number {
  const text = request.query(name)
  if (text === undefined) return fallback
  const number = Number(text)
  if (/^\d{1,9}$/.test(text) && number >= 1 && number <= most) return number
  throw new Refusal(400, `${name} must be a whole number from 1 to ${most}.`)
}

/** @throws Refusal where it is missing */
export function required(request: HonoRequest, name: string): string {
  const text = request.query(name)
  if (text === undefined || text === '') throw new Refusal(400, `${name} is missing.`)
  return text
}

/** A place of the listing as the page hands it back. */
export function placeText({ updatedAt, sessionId }: SessionPlace): string {
  return `${updatedAt.getTime()} ${sessionId}`
}

function placeOf(text: string): SessionPlace {
  const [, time, sessionId] = /^(-?\d{1,16}) (.+)$/s.exec(text) ?? []
  if (time === undefined || sessionId === undefined) throw new Refusal(400, 'after is no place of the listing.')
  return { updatedAt: new Date(Number(time)), sessionId }
}

function dateOf(text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new Refusal(400, 'That is no time.')
  return date
}

import type { OpenStore } from '../stores/open-store.ts'

/** `ok`, `look`: may be meant so, or lose something; `bad`: does not work, or will lose something. */
export type Grade = 'ok' | 'look' | 'bad'

/** Something that was looked at. */
export interface Check {
  name: string
  grade: Grade
  /** What is. */
  found: string
  /** What to do about it, where it is not `ok`. */
  advice?: string
}

/** What is looked at of one kind of store, beside what the store itself tells. */
export type Doctor = (opened: OpenStore) => Promise<Check[]>

/** @param advice - said where it is not so */
export function check(name: string, isRight: boolean, found: string, advice: string, otherwise: Grade = 'look'): Check {
  return isRight ? { name, grade: 'ok', found } : { name, grade: otherwise, found, advice }
}

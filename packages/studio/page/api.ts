import type { Problem } from '../src/shared/api.ts'

/** An answer that is no success. */
export class AnswerError extends Error {
  readonly status: number
  readonly code: string | undefined

  constructor(status: number, { error, code }: Problem) {
    super(error)
    this.status = status
    this.code = code
  }
}

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>

/** What the server says to a question. @throws AnswerError */
export async function getJSON<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
  return await answer<T>(await fetch(address(path, query), { ...(signal && { signal }) }))
}

/** Where that is. */
export function address(path: string, query: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== '') parameters.append(name, String(one))
    }
  }
  const text = parameters.toString()
  return `/api/${path}${text === '' ? '' : `?${text}`}`
}

async function answer<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T
  const text = await response.text()
  throw new AnswerError(response.status, problemOf(text))
}

/** Refusals that come before anything was understood are no JSON. */
function problemOf(text: string): Problem {
  try {
    return JSON.parse(text) as Problem
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { error: text }
  }
}

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

/** What the server says to something that is to be done. @throws AnswerError */
export async function postJSON<T = unknown>(path: string, body: object): Promise<T> {
  return await answer<T>(await post(path, body))
}

/** The same, where the answer is a file. @throws AnswerError; Error where it broke off */
export async function postForFile(path: string, body: object): Promise<Blob> {
  const response = await post(path, body)
  if (!response.ok) return await answer<never>(response)
  return await response.blob().catch((error: Error) => {
    throw new Error(`It broke off, and nothing was saved: ${error.message}. \`sessions verify\` says what is wrong.`)
  })
}

function post(path: string, body: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  return fetch(`/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
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

import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { Query } from './api.ts'

/** What sessions are looked for by. */
export interface FilterValues {
  text?: string
  prefix?: string
  /** `key=value` */
  metadata?: readonly string[]
  updatedAfter?: string
  updatedBefore?: string
}

/** As the server is asked. */
export function queryOf({ text, prefix, metadata, updatedAfter, updatedBefore }: FilterValues): Query {
  return { text, prefix, metadata, updatedAfter, updatedBefore }
}

/** After so many milliseconds without another letter, it is looked for. */
const pauseMs = 250

/** What to look for. */
export function Filters({ onChange }: { onChange: (values: FilterValues) => void }): JSX.Element {
  const form = useRef<HTMLFormElement>(null)
  const timer = useRef(0)
  const [note, setNote] = useState('')
  const apply = (): void => {
    clearTimeout(timer.current)
    if (form.current === null) return
    const values = valuesOf(new FormData(form.current))
    setNote(typeof values === 'string' ? values : '')
    if (typeof values !== 'string') onChange(values)
  }
  const later = (): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(apply, pauseMs)
  }
  return (
    <search>
      <form
        ref={form}
        onInput={later}
        onSubmit={(event) => {
          event.preventDefault()
          apply()
        }}
      >
        <label>
          <span>Search what was said</span>
          <input type="search" name="text" id="search" autocomplete="off" placeholder="text, id or metadata" />
        </label>
        <details>
          <summary>By id, metadata and age</summary>
          <label>
            <span>Id begins with</span>
            <input name="prefix" autocomplete="off" />
          </label>
          <label>
            <span>Metadata</span>
            <input name="metadata" autocomplete="off" placeholder="userId=ada plan=pro" />
          </label>
          <label>
            <span>Changed after</span>
            <input type="datetime-local" name="updatedAfter" />
          </label>
          <label>
            <span>Changed before</span>
            <input type="datetime-local" name="updatedBefore" />
          </label>
        </details>
        {note !== '' && <p class="problem">{note}</p>}
      </form>
    </search>
  )
}

/** What was filled in; or what is wrong with it. */
function valuesOf(data: FormData): FilterValues | string {
  const given = (name: string): string | undefined => String(data.get(name) ?? '').trim() || undefined
  const metadata = given('metadata')?.match(/[^\s=]+=("[^"]*"|\S+)/g) ?? undefined
  if (given('metadata') !== undefined && metadata === undefined) return 'Metadata are key=value.'
  const [text, prefix] = [given('text'), given('prefix')]
  const [updatedAfter, updatedBefore] = [given('updatedAfter'), given('updatedBefore')].map(isoOf)
  return {
    ...(text && { text }),
    ...(prefix && { prefix }),
    ...(metadata && { metadata }),
    ...(updatedAfter && { updatedAfter }),
    ...(updatedBefore && { updatedBefore }),
  }
}

/** In the time zone of whoever looks. */
function isoOf(local: string | undefined): string | undefined {
  return local === undefined ? undefined : new Date(local).toISOString()
}

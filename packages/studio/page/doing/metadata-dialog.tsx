import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { SessionDetail } from '../../src/shared/api.ts'
import { type MetadataChange, type MetadataRequest, metadataChange } from '../../src/shared/doing.ts'
import { getJSON, postJSON } from '../api.ts'
import { ActionDialog, useSeen } from './action-dialog.tsx'
import type { DialogProps } from './doing.tsx'

type Metadata = Readonly<Record<string, unknown>>

/** Writes what is known of a session anew, as JSON. */
export function MetadataDialog({ sessionId, flags, onClose }: DialogProps & { sessionId: string }): JSX.Element {
  const { seen, problem, again } = useSeen(() => getJSON<SessionDetail>('session', { id: sessionId }))
  const [draft, setDraft] = useState<string>()
  const saw = seen?.session.metadata ?? {}
  const text = draft ?? JSON.stringify(saw, null, 2)
  const metadata = objectIn(text)
  const change = metadata && metadataChange({ saw, metadata })
  const act = async (): Promise<string> => {
    await postJSON('metadata', { id: sessionId, saw, metadata: metadata ?? saw } satisfies MetadataRequest)
    return `The metadata of ${visibleLine(sessionId)} are changed.`
  }
  const options = change && optionsOf(change)
  return (
    <ActionDialog
      title={`Edit the metadata of ${visibleLine(sessionId)}`}
      command={options?.length ? { name: 'metadata', words: [sessionId], options, flags } : undefined}
      confirm="Change"
      isReady={seen !== undefined && options !== undefined && options.length > 0}
      lease={seen?.lease}
      problem={problem}
      act={act}
      onAgain={() => {
        setDraft(undefined)
        again()
      }}
      onClose={onClose}
    >
      <label>
        <span>Metadata, as a JSON object</span>
        <textarea
          rows={10}
          spellcheck={false}
          autofocus
          readOnly={seen === undefined}
          value={text}
          onInput={(event) => setDraft(event.currentTarget.value)}
          aria-describedby="metadata-change"
        />
      </label>
      <p id="metadata-change" role="status">
        {change === undefined ? 'This is no JSON object.' : said(change)}
      </p>
    </ActionDialog>
  )
}

function said({ set, unset }: MetadataChange): string {
  const names = Object.keys(set)
  if (names.length + unset.length === 0) return 'Nothing is changed yet.'
  const parts = [
    names.length > 0 ? `sets ${names.join(', ')}` : '',
    unset.length > 0 ? `removes ${unset.join(', ')}` : '',
  ].filter((part) => part !== '')
  const text = visibleLine(parts.join(' and '))
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}. What runs have cost stays.`
}

/** What is easily typed as `key=value`, what is not as JSON. */
function optionsOf({ set, unset }: MetadataChange): string[] {
  const entries = Object.entries(set)
  const isPlain = ([key, value]: [string, unknown]): boolean =>
    !key.includes('=') && typeof value === 'string' && !/^(true|false|-?\d|".*"$)/s.test(value)
  const others = entries.filter((entry) => !isPlain(entry))
  return [
    ...entries.filter(isPlain).flatMap(([key, value]) => ['--set', `${key}=${String(value)}`]),
    ...(others.length > 0 ? ['--merge', JSON.stringify(Object.fromEntries(others))] : []),
    ...unset.flatMap((key) => ['--unset', key]),
  ]
}

function objectIn(text: string): Metadata | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Metadata) : undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ForkRequest } from '../../src/shared/doing.ts'
import { postJSON } from '../api.ts'
import { ActionDialog } from './action-dialog.tsx'
import type { DialogProps } from './doing.tsx'
import { goTo } from './go-to.ts'

/** Another session that begins like this one. */
export function ForkDialog({
  sessionId,
  entry,
  flags,
  onClose,
}: DialogProps & { sessionId: string; entry: string }): JSX.Element {
  const [to, setTo] = useState(`${sessionId}-fork`)
  const act = async (): Promise<string> => {
    await postJSON('fork', { id: sessionId, to, upTo: entry } satisfies ForkRequest)
    goTo({ view: 'session', sessionId: to })
    return `${visibleLine(to)} begins like ${visibleLine(sessionId)}.`
  }
  return (
    <ActionDialog
      title={`Fork from entry ${visibleLine(entry)}`}
      command={{ name: 'fork', words: [sessionId, to], options: ['--up-to', entry], flags }}
      confirm="Fork"
      isReady={to !== ''}
      act={act}
      onClose={onClose}
    >
      <p>
        Makes a session with the history of {visibleLine(sessionId)} up to and with #{visibleLine(entry)}, and with its
        metadata. The one that is there stays as it is.
      </p>
      <label>
        <span>Id of the new session</span>
        <input value={to} onInput={(event) => setTo(event.currentTarget.value)} autocomplete="off" autofocus required />
      </label>
    </ActionDialog>
  )
}

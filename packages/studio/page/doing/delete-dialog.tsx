import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import type { SessionDetail } from '../../src/shared/api.ts'
import type { DeleteRequest } from '../../src/shared/doing.ts'
import { getJSON, postJSON } from '../api.ts'
import { counted, time } from '../format.ts'
import { ActionDialog, useSeen } from './action-dialog.tsx'
import type { DialogProps } from './doing.tsx'
import { goTo } from './go-to.ts'

/** Removes a session with all that belongs to it. */
export function DeleteDialog({ sessionId, flags, onClose }: DialogProps & { sessionId: string }): JSX.Element {
  const { seen, problem, again } = useSeen(() => getJSON<SessionDetail>('session', { id: sessionId }))
  const act = async (): Promise<string> => {
    const { updatedAt = '' } = seen?.session ?? {}
    await postJSON('delete', { id: sessionId, updatedAt } satisfies DeleteRequest)
    goTo({ view: 'home' })
    return `Deleted ${visibleLine(sessionId)}.`
  }
  return (
    <ActionDialog
      title={`Delete ${visibleLine(sessionId)}`}
      command={{ name: 'rm', words: [sessionId], flags }}
      confirm="Delete"
      loses
      isReady={seen !== undefined}
      lease={seen?.lease}
      problem={problem}
      act={act}
      onAgain={again}
      onClose={onClose}
    >
      {seen === undefined ? (
        <p>Looking at it …</p>
      ) : (
        <p>
          Deletes the session with its {counted(seen.session.itemCount, 'item')}, its metadata and what its runs have
          cost; last changed {time(seen.session.updatedAt)}. Nothing of it is left. Its forks stay.
        </p>
      )}
    </ActionDialog>
  )
}

import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import type { RewindPlan, RewindRequest } from '../../src/shared/doing.ts'
import { getJSON, postJSON } from '../api.ts'
import { counted } from '../format.ts'
import { ActionDialog, useSeen } from './action-dialog.tsx'
import type { DialogProps } from './doing.tsx'

/** Takes back what follows an entry. */
export function RewindDialog({
  sessionId,
  entry,
  flags,
  onClose,
}: DialogProps & { sessionId: string; entry: string }): JSX.Element {
  const { seen, problem, again } = useSeen(() => getJSON<RewindPlan>('rewind', { id: sessionId, entry }))
  const act = async (): Promise<string> => {
    const { newest = '', removes = 0 } = seen ?? {}
    await postJSON('rewind', { id: sessionId, entry, newest, removes } satisfies RewindRequest)
    return `Removed ${entries(removes)} after #${visibleLine(entry)}.`
  }
  const options = ['--to', seen?.next ?? '']
  return (
    <ActionDialog
      title={`Rewind to entry ${visibleLine(entry)}`}
      command={seen?.next === undefined ? undefined : { name: 'rewind', words: [sessionId], options, flags }}
      confirm={seen === undefined ? 'Remove' : `Remove ${entries(seen.removes)}`}
      loses
      isReady={seen !== undefined && seen.removes > 0 && seen.unreadable === 0}
      lease={seen?.lease}
      problem={problem}
      act={act}
      onAgain={again}
      onClose={onClose}
    >
      {seen === undefined ? <p>Looking at what follows …</p> : <What plan={seen} sessionId={sessionId} entry={entry} />}
    </ActionDialog>
  )
}

function What({ plan, sessionId, entry }: { plan: RewindPlan; sessionId: string; entry: string }): JSX.Element {
  const { removes, unreadable, unanswered } = plan
  if (removes === 0) return <p>Nothing follows #{visibleLine(entry)}: there is nothing to remove.</p>
  return (
    <>
      <p>
        Removes {entries(removes)} after #{visibleLine(entry)} from {visibleLine(sessionId)}, which ends with that one
        then. They are not kept: a fork made before keeps them.
      </p>
      {unanswered > 0 && <p>{counted(unanswered, 'call')} of a tool would be left without a result.</p>}
      {unreadable > 0 && (
        <p class="problem">
          {entries(unreadable)} of these cannot be read, and nothing is removed unseen: `sessions verify` says what is
          wrong.
        </p>
      )}
    </>
  )
}

function entries(count: number): string {
  return counted(count, 'entry').replace(/entrys$/, 'entries')
}

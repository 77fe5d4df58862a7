import { visibleLine } from '@sessions/cli/items'
import type { JSX } from 'preact'
import type { ExportRequest } from '../../src/shared/doing.ts'
import { postForFile } from '../api.ts'
import { counted, size } from '../format.ts'
import { saveFile } from '../save-file.ts'
import { ActionDialog } from './action-dialog.tsx'
import type { DialogProps } from './doing.tsx'

const fileName = 'sessions.jsonl'
/** How many are named. */
const most = 10

/** Saves sessions in a file that `sessions import` reads. */
export function ExportDialog({
  sessionIds,
  flags,
  onClose,
}: DialogProps & { sessionIds: readonly string[] }): JSX.Element {
  const act = async (): Promise<string> => {
    const file = await postForFile('export', { ids: sessionIds } satisfies ExportRequest)
    saveFile(file, fileName)
    return `Saved ${counted(sessionIds.length, 'session')}, ${size(file.size)}.`
  }
  return (
    <ActionDialog
      title={`Export ${counted(sessionIds.length, 'session')}`}
      command={{ name: 'export', words: sessionIds, options: ['-o', fileName], flags }}
      confirm="Export"
      isReady={sessionIds.length > 0}
      act={act}
      onClose={onClose}
    >
      <p>
        Saves everything of {counted(sessionIds.length, 'session')} as JSON Lines, in plain text also where the store is
        encrypted. `sessions import` reads the file. Nothing is changed.
      </p>
      <ul>
        {sessionIds.slice(0, most).map((id) => (
          <li key={id}>{visibleLine(id)}</li>
        ))}
        {sessionIds.length > most && <li>and {sessionIds.length - most} more</li>}
      </ul>
    </ActionDialog>
  )
}

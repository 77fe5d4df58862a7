import { type ComponentChildren, createContext, type JSX } from 'preact'
import { useContext, useMemo, useState } from 'preact/hooks'
import type { About } from '../../src/shared/api.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { ForkDialog } from './fork-dialog.tsx'
import { MetadataDialog } from './metadata-dialog.tsx'
import { RewindDialog } from './rewind-dialog.tsx'

/** What is asked for, before it is agreed to. */
export type Action =
  | { kind: 'fork'; sessionId: string; entry: string }
  | { kind: 'rewind'; sessionId: string; entry: string }
  | { kind: 'metadata'; sessionId: string }
  | { kind: 'delete'; sessionId: string }
  | { kind: 'export'; sessionIds: readonly string[] }

/** What there is to do in a studio that writes. */
export interface Doing {
  /** Opens the dialog that says what will happen. */
  start(action: Action): void
  /** How often something was done: what is shown is read again then. */
  done: number
  selected: ReadonlySet<string>
  select(sessionIds: Iterable<string>): void
}

const Context = createContext<Doing | undefined>(undefined)

/** `undefined` where the studio only reads. */
export function useDoing(): Doing | undefined {
  return useContext(Context)
}

/** What a dialog gets beside what it is about. */
export interface DialogProps {
  /** What names the store on a command line. */
  flags: readonly string[]
  /** @param said - what was done, where something was */
  onClose: (said?: string) => void
}

/** Lets what stands inside change the store, where the studio may; says what was done. */
export function DoingProvider({ about, children }: { about: About; children: ComponentChildren }): JSX.Element {
  const [action, setAction] = useState<Action>()
  const [said, setSaid] = useState('')
  const [done, setDone] = useState(0)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const doing = useMemo(
    (): Doing => ({
      start: (wanted) => {
        setSaid('')
        setAction(wanted)
      },
      done,
      selected,
      select: (ids) => setSelected(new Set(ids)),
    }),
    [done, selected],
  )
  if (about.writes === undefined) return <>{children}</>
  const onClose = (what?: string): void => {
    setAction(undefined)
    if (what === undefined) return
    setSaid(what)
    setDone((times) => times + 1)
  }
  return (
    <Context.Provider value={doing}>
      {children}
      <p role="status" class="said">
        {said}
      </p>
      {action !== undefined && <ActionDialog action={action} flags={about.writes.flags} onClose={onClose} />}
    </Context.Provider>
  )
}

function ActionDialog({ action, ...props }: DialogProps & { action: Action }): JSX.Element {
  if (action.kind === 'export') return <ExportDialog sessionIds={action.sessionIds} {...props} />
  if (action.kind === 'metadata') return <MetadataDialog sessionId={action.sessionId} {...props} />
  if (action.kind === 'delete') return <DeleteDialog sessionId={action.sessionId} {...props} />
  if (action.kind === 'fork') return <ForkDialog sessionId={action.sessionId} entry={action.entry} {...props} />
  return <RewindDialog sessionId={action.sessionId} entry={action.entry} {...props} />
}

import { visibleLine } from '@sessions/cli/items'
import type { ComponentChildren, JSX } from 'preact'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { LeaseInfo } from '../../src/shared/api.ts'
import { type CommandLine, commandLine } from '../../src/shared/command-line.ts'
import { copyText } from '../clipboard.ts'
import { time } from '../format.ts'

export interface ActionDialogProps {
  title: string
  /** What will happen, and what is to be filled in. */
  children: ComponentChildren
  /** The same from a terminal; absent while it is not known what is meant. */
  command: CommandLine | undefined
  /** What the button says that does it. */
  confirm: string
  /** Whether something is lost by it: then nothing but its button does it. */
  loses?: boolean
  /** Whether it can be done, as things stand. */
  isReady: boolean
  /** Who holds the session: while that lasts, it is refused. */
  lease?: LeaseInfo | undefined
  /** What went wrong before anything was done. */
  problem?: string
  /** Does it, and resolves to what was done, in words. */
  act: () => Promise<string>
  /** Looks again at what it is about, where that may have changed. */
  onAgain?: () => void
  onClose: (said?: string) => void
}

/** Says what will happen, asks, and does it. The focus comes back to where it was. */
export function ActionDialog(props: ActionDialogProps): JSX.Element {
  const {
    title,
    children,
    command,
    confirm,
    loses = false,
    isReady,
    lease,
    problem = '',
    act,
    onAgain,
    onClose,
  } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const said = useRef<string | undefined>(undefined)
  const [refusal, setRefusal] = useState('')
  const [isBusy, setIsBusy] = useState(false)
  // Before anything else is typed: keys that follow the one that opened it are meant for it.
  useLayoutEffect(() => dialog.current?.showModal(), [])
  const submit = (): void => {
    if (!isReady || isBusy || lease !== undefined) return
    setIsBusy(true)
    setRefusal('')
    act()
      .then(
        (what) => {
          said.current = what
          dialog.current?.close()
        },
        (error: Error) => setRefusal(error.message),
      )
      .finally(() => setIsBusy(false))
  }
  const again = (): void => {
    setRefusal('')
    onAgain?.()
  }
  const wrong = refusal || problem
  return (
    <dialog ref={dialog} class="action" aria-labelledby="action-title" onClose={() => onClose(said.current)}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <h3 id="action-title">{title}</h3>
        {children}
        {lease !== undefined && (
          <p class="held-note">
            A run holds this session until {time(lease.until)} or longer. Nothing is changed while that lasts.
          </p>
        )}
        {command !== undefined && <Command command={command} />}
        <p role="alert" class="problem">
          {visibleLine(wrong)}
        </p>
        <p class="buttons">
          <button type="button" autofocus={loses} onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          {onAgain !== undefined && (wrong !== '' || lease !== undefined) && (
            <button type="button" onClick={again}>
              Look again
            </button>
          )}
          <button
            type={loses ? 'button' : 'submit'}
            class={loses ? 'loses' : 'does'}
            aria-disabled={!isReady || isBusy || lease !== undefined}
            onClick={loses ? submit : undefined}
          >
            {confirm}
          </button>
        </p>
      </form>
    </dialog>
  )
}

function Command({ command }: { command: CommandLine }): JSX.Element {
  const text = commandLine(command)
  const [note, setNote] = useState('')
  const copy = (): void => {
    copyText(text).then(
      () => setNote('Copied.'),
      (error: Error) => setNote(error.message),
    )
  }
  return (
    <section class="command" aria-label="The same from a terminal">
      <p class="quiet">
        The same from a terminal{' '}
        <button type="button" onClick={copy}>
          Copy
        </button>{' '}
        <span role="status">{note}</span>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </section>
  )
}

/** What a dialog is about, as it is now, and again. */
export function useSeen<T>(load: () => Promise<T>): { seen: T | undefined; problem: string; again: () => void } {
  const [seen, setSeen] = useState<T>()
  const [problem, setProblem] = useState('')
  const again = useCallback(() => {
    setSeen(undefined)
    setProblem('')
    load().then(setSeen, (error: Error) => setProblem(error.message))
  }, [])
  useEffect(again, [again])
  return { seen, problem, again }
}

import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core'
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'

export interface VirtualListProps<T> {
  items: readonly T[]
  keyOf: (item: T) => string
  /** The height of a row before it was drawn, in pixels. */
  estimate: number
  row: (item: T) => JSX.Element
  label: string
  busy?: boolean
  /** Called when the beginning, or the end, comes near. */
  onStart?: (() => void) | undefined
  onEnd?: (() => void) | undefined
  /** A row to be brought into view; again when `jump` changes. */
  target?: { key: string; jump: number; align?: 'start' | 'end' } | undefined
  /** Whether what is added at the end is followed, where the end is in view. */
  follows?: boolean
}

/** How many rows from an end more is asked for. */
const near = 15

/** Rows of any height, of which only those in view are there. What is added or taken away before them does not move them. */
export function VirtualList<T>(props: VirtualListProps<T>): JSX.Element {
  const { items, keyOf, estimate, row, label, busy = false, onStart, onEnd, target, follows = false } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [, redraw] = useState(0)
  const list = useMemo(
    () =>
      virtualizer(
        () => scroller.current,
        () => redraw((times) => times + 1),
      ),
    [],
  )
  list.setOptions({
    ...list.options,
    count: items.length,
    estimateSize: () => estimate,
    getItemKey: (index) => keyOf(items[index] as T),
    followOnAppend: follows,
  })
  useLayoutEffect(() => list._didMount(), [list])
  useLayoutEffect(() => list._willUpdate())
  const index = target === undefined ? -1 : items.findIndex((item) => keyOf(item) === target.key)
  useLayoutEffect(() => {
    if (index >= 0) list.scrollToIndex(index, { align: target?.align ?? 'start' })
  }, [index >= 0, target?.key, target?.jump])
  const rows = list.getVirtualItems()
  const drawn = useDrawn(row, items, rows)
  const [from, to] = [rows[0]?.index ?? 0, rows.at(-1)?.index ?? 0]
  useEffect(() => {
    if (items.length === 0 || busy) return
    if (from < near) onStart?.()
    if (to >= items.length - near) onEnd?.()
  }, [from, to, items, busy])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scroller" ref={scroller} tabIndex={0} aria-label={`${label}, scrolling`}>
      <div class="rows" style={{ height: `${list.getTotalSize()}px` }}>
        <ul
          class="window"
          aria-label={label}
          aria-busy={busy}
          style={{ transform: `translateY(${rows[0]?.start ?? 0}px)` }}
        >
          {rows.map(({ index: at, key }) => {
            const item = items[at]
            return item === undefined ? null : (
              <li key={key} data-index={at} ref={list.measureElement}>
                {drawn.get(item)}
              </li>
            )
          })}
        </ul>
      </div>
    </section>
  )
}

/** The items in view as they are drawn: those that were there before are the very same, so that scrolling draws only what comes into view. */
function useDrawn<T>(
  row: (item: T) => JSX.Element,
  items: readonly T[],
  rows: readonly { index: number }[],
): ReadonlyMap<T, JSX.Element> {
  const before = useRef<{ row: unknown; drawn: ReadonlyMap<T, JSX.Element> }>({ row, drawn: new Map() })
  const known = before.current.row === row ? before.current.drawn : new Map<T, JSX.Element>()
  const drawn = new Map<T, JSX.Element>()
  for (const { index } of rows) {
    const item = items[index]
    if (item !== undefined) drawn.set(item, known.get(item) ?? row(item))
  }
  before.current = { row, drawn }
  return drawn
}

function virtualizer(
  getScrollElement: () => HTMLDivElement | null,
  onChange: () => void,
): Virtualizer<HTMLDivElement, HTMLElement> {
  return new Virtualizer<HTMLDivElement, HTMLElement>({
    count: 0,
    estimateSize: () => 0,
    getScrollElement,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    overscan: 5,
    anchorTo: 'end',
    scrollEndThreshold: 40,
    onChange,
  })
}

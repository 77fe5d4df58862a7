import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { ChartData } from './pictures-data.ts'

export interface ChartProps {
  chart: ChartData
  /** What it shows, in words. */
  label: string
  /** At which place the mouse is. */
  onPlace: (index: number | undefined) => void
}

const height = 190
const compact = new Intl.NumberFormat('en', { notation: 'compact' })
const paths = uPlot.paths.bars?.({ size: [0.86, 48] })

/** Bars on a canvas, as wide as there is room. */
export function Chart({ chart, label, onPlace }: ChartProps): JSX.Element {
  const root = useRef<HTMLDivElement>(null)
  const now = useRef({ chart, onPlace })
  now.current = { chart, onPlace }
  const drawn = useRef<uPlot | undefined>(undefined)
  const kinds = chart.series.length
  useEffect(() => {
    const element = root.current
    if (element === null) return
    const plot = new uPlot(optionsOf(element, kinds, now), dataOf(now.current.chart), element)
    drawn.current = plot
    const sizes = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    sizes.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const redraw = (): void => plot.redraw()
    scheme.addEventListener('change', redraw)
    return () => {
      sizes.disconnect()
      scheme.removeEventListener('change', redraw)
      plot.destroy()
    }
  }, [kinds])
  useEffect(() => drawn.current?.setData(dataOf(chart)), [chart])
  return <div class="plot" ref={root} role="img" aria-label={label} />
}

type Now = { readonly current: Pick<ChartProps, 'chart' | 'onPlace'> }

function optionsOf(element: HTMLElement, kinds: number, now: Now): uPlot.Options {
  const ink = (name: string) => (): string => inkOf(element, name)
  const font = `11px ${getComputedStyle(element).fontFamily}`
  const axis: uPlot.Axis = { stroke: ink('--quiet'), font, ticks: { show: false } }
  const grid = { stroke: ink('--line'), width: 1 }
  return {
    width: element.clientWidth,
    height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false, setScale: false }, y: false, points: { show: false } },
    scales: {
      x: { time: false, range: (plot) => [-0.5, (plot.data[0]?.length ?? 1) - 0.5] },
      y: { range: (_, __, highest) => [0, Math.max(1, highest) * 1.06] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        space: 70,
        grid: { show: false },
        incrs: [1, 2, 5, 10, 20, 50, 100],
        values: (_, places) => places.map((place) => now.current.chart.labels[place]?.short ?? ''),
      },
      {
        ...axis,
        size: 52,
        grid,
        incrs: [1, 2, 5]
          .flatMap((step) => Array.from({ length: 16 }, (_, zeros) => step * 10 ** zeros))
          .sort((a, b) => a - b),
        values: (_, values) => values.map((value) => compact.format(value)),
      },
    ],
    // What stands on others is drawn first, from the axis on, and they over it.
    series: [
      {},
      ...Array.from({ length: kinds }, (_, index): uPlot.Series => {
        const fill = ink(seriesInk(kinds - 1 - index))
        return { fill, stroke: fill, width: 0, points: { show: false }, ...(paths && { paths }) }
      }),
    ],
    hooks: { setCursor: [({ cursor: { idx } }) => now.current.onPlace(idx ?? undefined)] },
  }
}

/** The name of the colour of a series. */
export function seriesInk(index: number): string {
  return `--series-${index + 1}`
}

/** A colour as it is in the scheme that is shown. */
function inkOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/** The places, and how high each part of a bar ends: the highest first. */
function dataOf({ labels, series }: ChartData): uPlot.AlignedData {
  const ends: number[][] = []
  for (const { values } of series) {
    const below = ends.at(-1)
    ends.push(values.map((value, index) => value + (below?.[index] ?? 0)))
  }
  return [labels.map((_, index) => index), ...ends.toReversed()]
}

import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { BackendRun } from '../peers/results.ts'
import { against } from './bounds.ts'

/** As text that is the same on every machine: Vega estimates the width of texts where there is no screen. */
export async function svgOf(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  return `${svg}\n`
}

/** The powers of ten around values, and a scale and an axis that have these alone: in between, labels and lines would stand too close to be read. */
export function decades(values: readonly number[]): {
  scale: { type: 'log'; domain: [number, number]; nice: false }
  axis: { values: number[]; format: string; grid: true; labelFlush: false; labelOverlap: false }
} {
  const [low, high] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))]
  const powers = Array.from({ length: high - low + 1 }, (_, index) => Number(`1e${low + index}`))
  return {
    scale: { type: 'log', domain: [10 ** low, 10 ** high], nice: false },
    axis: { values: powers, format: ',~r', grid: true, labelFlush: false, labelOverlap: false },
  }
}

/** By hand is black, and the others are told apart by shape as well. */
const byHandColour = '#222222'
const colours = ['#4c78a8', '#f58518', '#54a24b', '#b279a2', '#e45756', '#72b7b2', '#9d755d', '#eeca3b']

/** Every workload a row, every contender a point: how many times as long as ours it takes. Ours is the line at 1. */
export function factorsPlot(run: BackendRun): TopLevelSpec {
  const values = run.workloads.flatMap(({ id, title }) =>
    run.contenders.flatMap(({ name }) => {
      const measured = name === 'ours' ? undefined : against(run, id, 'ours', name)
      return measured === undefined ? [] : [{ workload: title, contender: name, factor: 1 / measured }]
    }),
  )
  const names = run.contenders
    .map(({ name }) => name)
    .filter((name) => values.some(({ contender }) => contender === name))
  const others = names.filter((name) => name !== 'by hand')
  const colourOf = (name: string): string => {
    return name === 'by hand' ? byHandColour : (colours[others.indexOf(name) % colours.length] ?? byHandColour)
  }
  const { scale, axis } = decades([1, ...values.map(({ factor }) => factor)])
  return {
    data: { values },
    width: 520,
    height: { step: 28 },
    background: 'white',
    config: { legend: { labelLimit: 0 }, axis: { titleFontWeight: 'normal', titlePadding: 10 } },
    encoding: {
      y: { field: 'workload', type: 'nominal', sort: null, title: null, axis: { labelLimit: 0, grid: true } },
    },
    layer: [
      {
        mark: { type: 'rule', color: '#222222', size: 1.5 },
        encoding: { x: { datum: 1 }, y: { value: 0 }, y2: { value: 'height' } },
      },
      {
        mark: { type: 'point', filled: true, size: 90, opacity: 0.85 },
        encoding: {
          x: {
            field: 'factor',
            type: 'quantitative',
            scale,
            axis,
            title: 'times as long as ours: right of the line at 1 ours is faster',
          },
          color: {
            field: 'contender',
            type: 'nominal',
            title: null,
            scale: { domain: names, range: names.map(colourOf) },
          },
          shape: { field: 'contender', type: 'nominal', title: null, scale: { domain: names } },
        },
      },
    ],
  }
}

import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { BackendRun } from '../peers/results.ts'
import { medianOf } from './figures.ts'

/** As text that is the same on every machine: Vega estimates the width of texts where there is no screen. */
export async function svgOf(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  return `${svg}\n`
}

/** Every workload a row, every contender a point: how many times as long as ours it takes. */
export function factorsPlot(run: BackendRun): TopLevelSpec {
  const values = run.workloads.flatMap(({ id, title }) => {
    const ours = medianOf(run, id, 'ours') ?? 0
    return run.contenders.flatMap(({ name }) => {
      const value = medianOf(run, id, name)
      return value === undefined || value <= 0 || ours <= 0
        ? []
        : [{ workload: title, contender: name, factor: value / ours }]
    })
  })
  return {
    data: { values },
    width: 520,
    height: { step: 26 },
    background: 'white',
    mark: { type: 'point', filled: true, size: 90, opacity: 0.85 },
    encoding: {
      x: {
        field: 'factor',
        type: 'quantitative',
        scale: { type: 'log' },
        title: 'times as long as ours (right of 1: ours is faster)',
      },
      y: { field: 'workload', type: 'nominal', sort: null, title: null, axis: { labelLimit: 320 } },
      color: { field: 'contender', type: 'nominal', sort: null, title: null },
      shape: { field: 'contender', type: 'nominal', sort: null, title: null },
    },
  }
}

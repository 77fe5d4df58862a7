import { definitions } from '../src/conformance/cases/index.ts'
import { mutants } from './mutants/index.ts'

const killers = new Set(mutants.flatMap(({ killedBy }) => killedBy))
console.log(
  definitions
    .map(({ id }) => id)
    .filter((id) => !killers.has(id))
    .join('\n'),
)
const ids = new Set(definitions.map(({ id }) => id))
console.log(
  'unknown',
  [...killers].filter((id) => !ids.has(id)),
)
console.log(mutants.length, definitions.length)

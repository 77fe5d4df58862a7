import { ChildProgram } from '@sessions/test-servers'
import { onTestFinished } from 'vitest'

/** One of the programs, killed when the test has finished. */
export class Child extends ChildProgram {
  constructor(program: string, parameters: readonly string[]) {
    super(new URL(`../programs/${program}`, import.meta.url), parameters)
    onTestFinished(() => this[Symbol.dispose]())
  }
}

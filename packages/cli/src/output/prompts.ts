import { Failure } from '../exit-codes.ts'
import { visibleLine } from './visible.ts'

/** Asks the person at the terminal. Without one, and without `--yes`, nothing is done. */
export class Prompts {
  readonly #yes: boolean

  constructor(yes: boolean) {
    this.#yes = yes
  }

  /** @throws Failure unless the person says yes, or said `--yes` */
  async confirm(question: string): Promise<void> {
    if (this.#yes) return
    if (!canAsk())
      throw new Failure('usage', `${question} Say --yes: there is no terminal to ask at. Nothing was done.`)
    const { confirm, isCancel } = await import('@clack/prompts')
    const answer = await confirm({ message: visibleLine(question), initialValue: false, output: process.stderr })
    if (isCancel(answer)) throw new Failure('interrupted', 'Nothing was done.')
    if (!answer) throw new Failure('usage', 'Nothing was done.')
  }
}

/** Without echo. @throws Failure where there is no terminal */
export async function askSecret(what: string): Promise<string> {
  if (!canAsk()) throw new Failure('usage', `There is no terminal to ask for ${what} at: take env:NAME or file:PATH.`)
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message: visibleLine(`Enter ${what}`), output: process.stderr })
  if (isCancel(answer)) throw new Failure('interrupted', 'Nothing was done.')
  return answer
}

function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

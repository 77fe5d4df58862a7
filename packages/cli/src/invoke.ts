import { explain } from './command/explain.ts'
import { exitCodeOf, Interruptions } from './command/interruption.ts'
import type { Invocation } from './command/program.ts'
import { exitCodes, type Outcome } from './exit-codes.ts'
import { Output } from './output/output.ts'
import { Prompts } from './output/prompts.ts'
import { redacted } from './output/redact.ts'
import { styled } from './output/styled.ts'
import { keepMemorySmall } from './small-memory.ts'
import type { StoreValues } from './stores/store-options.ts'
import { Stores } from './stores/stores.ts'

/** Runs a command with what it needs: an output, prompts and stores. */
export async function invoke(invocation: Invocation): Promise<void> {
  keepMemorySmall()
  const { command, words, values } = invocation
  using interruptions = new Interruptions()
  interruptions.listen()
  const { json = false, yes = false, pager = true } = values as { json?: boolean; yes?: boolean; pager?: boolean }
  const out = new Output({ json, pager, onClosed: () => interruptions.interrupt('closed') })
  const stores = new Stores()
  const { signal } = interruptions
  const defaultKey = process.env.SESSIONS_KEY === undefined ? undefined : 'env:SESSIONS_KEY'
  const use = { defaultKey, writes: command.store !== 'read', creates: command.store === 'create' }
  try {
    const outcome = await command.run({
      words,
      values: values as never,
      out,
      ask: new Prompts(yes),
      signal,
      stores,
      open: (settings) => stores.open(values as StoreValues, { ...use, ...settings }),
    })
    await stores.close()
    await end(out, interruptions)
    process.exitCode = exitCodes[outcome ?? 'done'][0]
  } catch (error) {
    await end(out, interruptions)
    process.exitCode = await report(invocation, out, interruptions, error)
    // What is told is what failed first.
    await stores.close().catch(() => undefined)
  }
}

/** After an end that was asked for, what is left is not written. */
async function end(out: Output, { reason }: Interruptions): Promise<void> {
  if (reason !== 'closed') await out.end()
}

async function report(
  { command }: Invocation,
  out: Output,
  { reason }: Interruptions,
  error: unknown,
): Promise<number> {
  if (reason !== undefined) {
    if (reason !== 'closed')
      out.note(styled('yellow', 'Interrupted.'), command.goOn === undefined ? '' : ` ${command.goOn}`)
    return exitCodeOf(reason)
  }
  const { outcome, message, code, remedy } = await explain(error)
  const [exitCode] = exitCodes[outcome]
  if (out.json) await out.error({ error: redacted(message), ...(code !== undefined && { code }), exitCode })
  else out.note(styled('red', 'error: '), message, ...(remedy === undefined ? [] : [`\n${remedy}`]))
  if (process.env.NODE_DEBUG?.split(',').includes('sessions') && error instanceof Error) out.note(error.stack ?? '')
  return exitCode satisfies (typeof exitCodes)[Outcome][0]
}

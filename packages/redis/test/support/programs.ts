import { fork } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** A program of `test/programs` in a process of its own, and what it says. */
export interface Program<TMessage> {
  readonly messages: readonly TMessage[]
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
}

/** Starts it; it ends with the test. */
export function start<TMessage>(name: string, ...args: string[]): Program<TMessage> {
  const child = fork(new URL(`../programs/${name}.ts`, import.meta.url), args)
  const messages: TMessage[] = []
  child.on('message', (message) => void messages.push(message as TMessage))
  onTestFinished(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
  return { messages, signal: (signal) => void child.kill(signal) }
}

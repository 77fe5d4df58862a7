import type { AgentInputItem } from '@openai/agents'
import { Session } from '@sessions/core'

/** The least that a session can be: a subclass with the four hooks and none of the SDK's optional methods. */
export class FourHookSession extends Session {
  #items: AgentInputItem[] = []

  protected async _getItems(limit: number | undefined): Promise<AgentInputItem[]> {
    return structuredClone(limit === undefined ? this.#items : this.#items.slice(-limit))
  }

  protected async _addItems(items: readonly AgentInputItem[]): Promise<void> {
    this.#items.push(...structuredClone(items))
  }

  protected async _popItem(): Promise<AgentInputItem | undefined> {
    return this.#items.pop()
  }

  protected async _clearSession(): Promise<void> {
    this.#items = []
  }
}

import { type AgentInputItem, Session } from '@sessions/core'

/** The four hooks and nothing else, as a remote API may have; `items` is what it holds. */
export class PlainSession extends Session {
  items: AgentInputItem[] = []
  protected async _getItems(limit: number | undefined): Promise<AgentInputItem[]> {
    return structuredClone(limit === undefined ? this.items : this.items.slice(-limit))
  }
  protected async _addItems(items: readonly AgentInputItem[]): Promise<void> {
    this.items.push(...structuredClone(items))
  }
  protected async _popItem(): Promise<AgentInputItem | undefined> {
    return this.items.pop()
  }
  protected async _clearSession(): Promise<void> {
    this.items = []
  }
}

/** Cases store plain objects; the SDK's item types say no more to a store. */
export type Item = Record<string, unknown>

/** A session whose items are plain objects. */
export interface ItemSession {
  getSessionId(): Promise<string>
  getItems(limit?: number): Promise<Item[]>
  addItems(items: readonly Item[]): Promise<void>
  popItem(): Promise<Item | undefined>
  clearSession(): Promise<void>
  close?(): Promise<void>
}

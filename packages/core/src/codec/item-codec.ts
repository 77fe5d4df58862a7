import type { AgentInputItem } from './agent-input-item.ts'

/** Where a record lives. */
export interface CodecContext {
  readonly sessionId: string
}

/**
 * Turns one item into one record, a string, and back. Codecs know nothing about backends; one may wrap another. Items are
 * plain data whatever the codec: no dates, no instances of classes.
 * A record is any well-formed string without NUL characters.
 */
export interface ItemCodec<TItem extends object = AgentInputItem> {
  /**
   * The record of an item that was found to be plain data. Reads the item before it returns, also where it returns a
   * promise: the caller may change the item afterwards.
   */
  encode(item: TItem, context: CodecContext): string | Promise<string>
  /**
   * A fresh item. @throws SESSION_RECORD_CORRUPT or another `SessionError`, whose message says what is wrong with the
   * record and never what it holds.
   */
  decode(record: string, context: CodecContext): TItem | Promise<TItem>
  /**
   * Completes items by what others of their history say: they follow each other, oldest first, were just decoded, and are changed in
   * place. Whether something is missing that items before them may say: it is called again, with up to 100 of those before the others.
   */
  complete?(items: readonly TItem[]): boolean
  /**
   * What a store keeps to recognise a transaction that is sent again: equal for equal texts, from any process.
   * Without it, SHA-256. A codec that hides contents gives a keyed digest.
   */
  fingerprint?(canonical: string, context: CodecContext): string | Promise<string>
}

/** An {@link ItemCodec} for every item type that needs neither a promise nor to know the session. */
export interface SyncItemCodec {
  encode(item: object): string
  // biome-ignore lint/suspicious/noExplicitAny: whatever type the caller says its items have
  decode(record: string): any
  complete?(items: readonly object[]): boolean
}

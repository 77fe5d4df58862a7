// Mastra's messages as items of a session, which are plain JSON; and the choice of some of them.
import type { MastraDBMessage } from '@mastra/core/agent'
import type { StorageListMessagesInput } from '@mastra/core/storage'

export type MessageItem = Omit<MastraDBMessage, 'createdAt'> & { createdAt: string }

export function toItem(message: MastraDBMessage): MessageItem {
  return JSON.parse(JSON.stringify(message))
}

export function fromItem(item: MessageItem): MastraDBMessage {
  return { ...item, createdAt: new Date(item.createdAt) }
}

/** Whether a message is asked for, by its resource, its time and its metadata. */
export function chosen(
  filter: { resourceId?: string | undefined } & NonNullable<StorageListMessagesInput['filter']>,
): (message: MastraDBMessage) => boolean {
  const {
    resourceId,
    dateRange: { start, end, startExclusive = false, endExclusive = false } = {},
    metadata = {},
  } = filter
  return ({ createdAt, content, ...message }) =>
    (resourceId === undefined || message.resourceId === resourceId) &&
    (start === undefined || (startExclusive ? createdAt > start : createdAt >= start)) &&
    (end === undefined || (endExclusive ? createdAt < end : createdAt <= end)) &&
    Object.entries(metadata).every(([name, value]) => content.metadata?.[name] === value)
}

type Included = NonNullable<StorageListMessagesInput['include']>[number]

/** A message with those before and after it, as what was found by its meaning is shown. */
export function surroundings(
  thread: readonly MastraDBMessage[],
  { id, withPreviousMessages = 0, withNextMessages = 0 }: Included,
): MastraDBMessage[] {
  const place = thread.findIndex((message) => message.id === id)
  if (place < 0) return []
  return thread.slice(Math.max(0, place - withPreviousMessages), place + withNextMessages + 1)
}

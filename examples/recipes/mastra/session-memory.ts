// Mastra's memory in sessions, as far as threads and messages go: a thread is a session, and its messages are the items. What Mastra keeps
// beside them (workflows, traces, working memory of a resource, observational memory) goes to another of its stores.
import type { MastraDBMessage } from '@mastra/core/agent'
import type { StorageThreadType } from '@mastra/core/memory'
import {
  calculatePagination,
  MemoryStorage,
  normalizePerPage,
  type StorageListMessagesInput,
  type StorageListMessagesOutput,
  type StorageListThreadsInput,
  type StorageListThreadsOutput,
} from '@mastra/core/storage'
import { type JSONValue, SessionError, type SessionInfo, type SessionStore, type StoredSession } from '@sessions/core'
import { chosen, fromItem, type MessageItem, surroundings, toItem } from './messages.ts'

/** Threads stand beside other sessions of the store. */
const prefix = 'mastra/'

export class SessionMemory extends MemoryStorage {
  override readonly supportsPartialThreadUpdate = true
  readonly #store: SessionStore

  constructor(store: SessionStore) {
    super()
    this.#store = store
  }

  #session(threadId: string): StoredSession<MessageItem> {
    return this.#store.session<MessageItem>(prefix + threadId)
  }

  async saveThread({ thread }: { thread: StorageThreadType }): Promise<StorageThreadType> {
    const { resourceId, title = '', metadata = {} } = thread
    await this.#session(thread.id).setMetadata({ resourceId, title, thread: metadata as Record<string, JSONValue> })
    return thread
  }

  async getThreadById({
    threadId,
    resourceId,
  }: {
    threadId: string
    resourceId?: string
  }): Promise<StorageThreadType | null> {
    const info = await this.#store.getSessionInfo(prefix + threadId)
    if (info?.metadata === undefined) return null
    const thread = threadOf(info)
    return resourceId === undefined || thread.resourceId === resourceId ? thread : null
  }

  async updateThread(change: {
    id: string
    title?: string
    metadata?: Record<string, unknown>
  }): Promise<StorageThreadType> {
    const { id, title, metadata } = change
    // Whoever else changes the thread at this moment, in any process, neither change is lost.
    await this.#session(id).updateMetadata((now) => {
      if (now.resourceId === undefined) throw new Error(`There is no thread ${id}.`)
      const thread = { ...(now.thread as object), ...metadata } as Record<string, JSONValue>
      return { thread, ...(title !== undefined && { title }) }
    })
    const thread = await this.getThreadById({ threadId: id })
    if (thread === null) throw new Error(`There is no thread ${id}.`)
    return thread
  }

  async deleteThread({ threadId }: { threadId: string }): Promise<void> {
    await this.#store.deleteSession(prefix + threadId)
  }

  async listThreads({
    filter,
    orderBy,
    page = 0,
    perPage,
  }: StorageListThreadsInput): Promise<StorageListThreadsOutput> {
    this.validatePaginationInput(page, perPage ?? 100)
    const threads: StorageThreadType[] = []
    const metadata = filter?.resourceId === undefined ? {} : { metadata: { resourceId: filter.resourceId } }
    for await (const info of this.#store.listSessions({ prefix, ...metadata })) {
      const thread = threadOf(info)
      const wanted = Object.entries(filter?.metadata ?? {})
      if (wanted.every(([name, value]) => thread.metadata?.[name] === value)) threads.push(thread)
    }
    const { field, direction } = this.parseOrderBy(orderBy)
    threads.sort((a, b) => (a[field].getTime() - b[field].getTime()) * (direction === 'ASC' ? 1 : -1))
    const size = normalizePerPage(perPage, 100)
    const { offset, perPage: given } = calculatePagination(page, perPage, size)
    const part = threads.slice(offset, offset + size)
    return {
      threads: part,
      total: threads.length,
      page,
      perPage: given,
      hasMore: offset + part.length < threads.length,
    }
  }

  async listMessages(input: StorageListMessagesInput): Promise<StorageListMessagesOutput> {
    const { threadId, resourceId, filter, include = [], orderBy, page = 0, perPage } = input
    const threads = await Promise.all([threadId].flat().map((id) => this.#messages(id)))
    const found = threads.flat().filter(chosen({ resourceId, ...filter }))
    const direction = this.parseOrderBy(orderBy, 'ASC').direction === 'ASC' ? 1 : -1
    const inOrder = (a: MastraDBMessage, b: MastraDBMessage): number =>
      (a.createdAt.getTime() - b.createdAt.getTime()) * direction
    const size = normalizePerPage(perPage, 40)
    const { offset, perPage: given } = calculatePagination(page, perPage, size)
    const part = found.sort(inOrder).slice(offset, offset + size)
    for (const wanted of include) {
      const thread = await this.#messages(wanted.threadId ?? [threadId].flat()[0] ?? '')
      const around = surroundings(thread.filter(chosen({ resourceId })), wanted)
      part.push(...around.filter(({ id }) => !part.some((message) => message.id === id)))
    }
    const total = size === 0 ? 0 : found.length // of none, only those around others are asked for
    return { messages: part.sort(inOrder), total, page, perPage: given, hasMore: offset + size < total }
  }

  async listMessagesById({ messageIds }: { messageIds: string[] }): Promise<{ messages: MastraDBMessage[] }> {
    const messages: MastraDBMessage[] = []
    for await (const [, thread] of this.#threadsWith(messageIds)) {
      messages.push(...thread.filter(({ id }) => messageIds.includes(id)))
    }
    return { messages }
  }

  async saveMessages({ messages }: { messages: MastraDBMessage[] }): Promise<{ messages: MastraDBMessage[] }> {
    const threads = Map.groupBy(messages, ({ threadId }) => threadId ?? '')
    for (const [threadId, given] of threads) {
      await this.#change(threadId, (stored) => {
        const known = stored.map((message) => given.findLast(({ id }) => id === message.id) ?? message)
        return [...known, ...given.filter(({ id }) => !stored.some((message) => message.id === id))]
      })
    }
    return { messages }
  }

  async updateMessages({ messages }: Parameters<MemoryStorage['updateMessages']>[0]): Promise<MastraDBMessage[]> {
    const changed = new Map<string, MastraDBMessage>()
    for await (const [threadId] of this.#threadsWith(messages.map(({ id }) => id))) {
      await this.#change(threadId, (stored) =>
        stored.map((message) => {
          const update = messages.find(({ id }) => id === message.id)
          if (update === undefined) return message
          const metadata = { ...message.content.metadata, ...update.content?.metadata }
          const merged = { ...message, ...update, content: { ...message.content, ...update.content, metadata } }
          changed.set(message.id, merged)
          return merged
        }),
      )
    }
    return [...changed.values()]
  }

  override async deleteMessages(messageIds: string[]): Promise<void> {
    for await (const [threadId] of this.#threadsWith(messageIds)) {
      await this.#change(threadId, (stored) => stored.filter(({ id }) => !messageIds.includes(id)))
    }
  }

  override async dangerouslyClearAll(): Promise<void> {
    await this.#store.deleteSessions({ prefix })
  }

  async #messages(threadId: string): Promise<MastraDBMessage[]> {
    return (await this.#session(threadId).getItems()).map(fromItem)
  }

  /** Where Mastra names messages without their thread, all threads are looked through: an index of your own is quicker. */
  async *#threadsWith(messageIds: readonly string[]): AsyncGenerator<[string, MastraDBMessage[]]> {
    for await (const { sessionId } of this.#store.listSessions({ prefix })) {
      const threadId = sessionId.slice(prefix.length)
      const messages = await this.#messages(threadId)
      if (messages.some(({ id }) => messageIds.includes(id))) yield [threadId, messages]
    }
  }

  /** One write, on the condition that nobody else has written meanwhile; once more where somebody has. */
  async #change(threadId: string, change: (stored: MastraDBMessage[]) => MastraDBMessage[]): Promise<void> {
    const session = this.#session(threadId)
    for (;;) {
      const expectNewest = (await session.page({ limit: 1 })).entries.at(-1)?.id ?? null
      const items = change(await this.#messages(threadId)).map(toItem)
      try {
        await session.replaceItems(items, { expectNewest })
        return
      } catch (error) {
        if (!(error instanceof SessionError) || error.code !== 'SESSION_CONFLICT') throw error
      }
    }
  }
}

function threadOf({ sessionId, createdAt, updatedAt, metadata = {} }: SessionInfo): StorageThreadType {
  const { resourceId, title, thread } = metadata as {
    resourceId: string
    title: string
    thread: Record<string, unknown>
  }
  return { id: sessionId.slice(prefix.length), resourceId, title, createdAt, updatedAt, metadata: thread }
}

import type { SessionInfo } from '@sessions/core'
import { defineCommand } from '../command/command.ts'
import { atLeastOne } from '../command/parsers.ts'
import { Failure } from '../exit-codes.ts'
import { counted, timeText } from '../output/humane.ts'
import type { Output } from '../output/output.ts'
import { styled } from '../output/styled.ts'
import type { OpenStore } from '../stores/open-store.ts'
import { findSession } from '../stores/sessions.ts'
import { conversation } from '../transcript/conversation.ts'
import { entriesOf, type FoundEntry } from '../transcript/entries.ts'
import { entryType, entryValue, printPassage } from '../transcript/print.ts'
import { usageLine } from '../transcript/usage.ts'

export const show = defineCommand({
  about: 'Results of tools stand beside their calls. What a history holds is never interpreted by the terminal.',
  words: [['<session>', 'its id']],
  options: {
    limit: { flags: '-n, --limit <n>', about: 'the newest so many items', parse: atLeastOne },
    turns: {
      flags: '--turns <n>',
      about: 'the newest so many turns: a user message and all that answers it',
      parse: atLeastOne,
    },
    full: { flags: '--full', about: 'long values whole, instead of their beginnings' },
  },
  store: 'read',
  pages: true,
  json: `lines of ${entryType}`,
  examples: [
    ['sessions show user_123 -s sqlite:conversations.db --turns 3', 'what was said last'],
    ['sessions show user_123 --json | jq .item', 'the items as they are stored'],
  ],
  async run({ words: [sessionId = ''], values, out, open, signal }) {
    const { limit, turns, full } = values
    if (limit !== undefined && turns !== undefined) throw new Failure('usage', 'Take --limit or --turns, not both.')
    const opened = await open()
    const info = await findSession(opened, sessionId)
    const entries =
      turns === undefined ? entriesOf(opened, sessionId, { limit, signal }) : turnsOf(opened, sessionId, turns)
    if (out.json) {
      for await (const entry of entries) await out.value(entryValue(entry))
      return undefined
    }
    await out.paged()
    await printHead(out, info)
    for await (const passage of conversation(entries)) await printPassage(out, passage, full)
    return undefined
  },
})

async function* turnsOf({ store }: OpenStore, sessionId: string, limit: number): AsyncIterable<FoundEntry> {
  for (const { entries } of await store.session(sessionId).turns({ limit })) yield* entries
}

async function printHead(out: Output, info: SessionInfo): Promise<void> {
  const { sessionId, createdAt, updatedAt, itemCount, expiresAt, metadata = {} } = info
  const ends = expiresAt === undefined ? '' : `, ends ${timeText(expiresAt)}`
  const times = `begun ${timeText(createdAt)}, changed ${timeText(updatedAt)}${ends}`
  await out.line(styled('bold', sessionId), '  ', styled('dim', `${counted(itemCount, 'item')}, ${times}`))
  const used = usageLine(metadata.usage)
  const { usage: _, ...others } = metadata
  const shown = used === undefined ? metadata : others
  if (Object.keys(shown).length > 0) await out.line(styled('dim', `metadata ${JSON.stringify(shown)}`))
  if (used !== undefined) await out.line(styled('dim', used))
  await out.line()
}

import { defineCommand } from '../command/command.ts'
import { count } from '../command/parsers.ts'
import type { Output } from '../output/output.ts'
import { findSession } from '../stores/sessions.ts'
import { blockOf } from '../transcript/block-of.ts'
import { entriesOf, type FoundEntry } from '../transcript/entries.ts'
import { entryType, entryValue, printPassage } from '../transcript/print.ts'

export const tail = defineCommand({
  about: 'With -f it goes on until Ctrl-C, and says where the history was rewritten.',
  words: [['<session>', 'its id']],
  options: {
    limit: { flags: '-n, --limit <n>', about: 'so many of what is there', parse: count, default: 10 },
    follow: { flags: '-f, --follow', about: 'and what is added from then on' },
    full: { flags: '--full', about: 'long values whole' },
  },
  store: 'read',
  json: `lines of ${entryType}, and with -f of { rewritten: true }`,
  examples: [['sessions tail -f user_123 -s sqlite:conversations.db', 'a conversation as it happens']],
  async run({ words: [sessionId = ''], values: { limit, follow, full }, out, open, signal }) {
    const opened = await open()
    await findSession(opened, sessionId)
    let newest: string | undefined
    // One is read in any case, from which to go on.
    for await (const entry of entriesOf(opened, sessionId, { limit: Math.max(limit, 1), signal })) {
      newest = entry.id
      if (limit > 0) await printEntry(out, entry, full)
    }
    if (!follow) return undefined
    await out.flush()
    for await (const event of opened.store.session(sessionId).watch({ after: newest ?? null, signal })) {
      if (event.type === 'added') for (const entry of event.entries) await printEntry(out, entry, full)
      else if (out.json) await out.value({ rewritten: true })
      else out.note('The history was rewritten. What follows is what is added from now on.')
      await out.flush()
    }
    return undefined
  },
})

async function printEntry(out: Output, entry: FoundEntry, full: boolean): Promise<void> {
  if (out.json) return await out.value(entryValue(entry))
  await printPassage(out, { entry, block: blockOf(entry), results: [] }, full)
}

import { defineCommand } from '../command/command.ts'
import { filterOf, filterOptions } from '../command/filter.ts'
import { atLeastOne, count, filled } from '../command/parsers.ts'
import { Failure } from '../exit-codes.ts'
import { excerpt } from '../output/fold.ts'
import { timeText } from '../output/humane.ts'
import type { Output } from '../output/output.ts'
import { styled } from '../output/styled.ts'
import { findSession } from '../stores/sessions.ts'
import { blockOf, textsOf } from '../transcript/block-of.ts'
import { entriesOf, type FoundEntry } from '../transcript/entries.ts'
import { type Match, matchesOf, searchFor } from '../transcript/search.ts'

export const grep = defineCommand({
  about:
    'In what was said, and in arguments and results of tools; not in files. Exits with 1 where nothing matches. A regular expression is one of JavaScript.',
  words: [
    ['<pattern>', 'what to look for'],
    ['[session...]', 'only in these'],
  ],
  options: {
    ...filterOptions,
    regex: { flags: '-E, --regex', about: 'the pattern is a regular expression' },
    ignoreCase: { flags: '-i, --ignore-case', about: 'capital letters or not' },
    context: { flags: '-C, --context <n>', about: 'also so many items before and after', parse: count, default: 0 },
    list: { flags: '-l, --list', about: 'only the ids of the sessions' },
    max: { flags: '--max <n>', about: 'end after so many items that match', parse: atLeastOne },
  },
  store: 'read',
  pages: true,
  json: '{ sessionId: string, id?: string, createdAt?: string, matches: { before: string, found: string, after: string }[] }; with -l { sessionId: string }',
  examples: [
    ['sessions grep refund -s sqlite:conversations.db --newer-than 1d', 'who spoke of it since yesterday'],
    ["sessions grep -E 'order [0-9]{6}' user_123 -C 1", 'with an item around'],
  ],
  async run({ words: [pattern = '', ...ids], values, out, open, signal }) {
    const filter = filterOf(values)
    const search = searchOf(filled(pattern), values)
    const opened = await open()
    const sessions = ids.length > 0 ? ids : idsOf(opened.store.listSessions(filter, { signal }))
    let left = values.max ?? Number.POSITIVE_INFINITY
    let isFound = false
    await out.paged()
    for await (const sessionId of sessions) {
      if (ids.length > 0) await findSession(opened, sessionId)
      for await (const hit of hitsOf(entriesOf(opened, sessionId, { signal }), search, values.context)) {
        isFound ||= hit.matches.length > 0
        await printHit(out, sessionId, hit, values.list)
        if (hit.matches.length > 0) left--
        if (left === 0 || values.list) break
      }
      if (left === 0) break
    }
    return isFound ? 'done' : 'found'
  },
})

function searchOf(pattern: string, options: { regex: boolean; ignoreCase: boolean }): RegExp {
  try {
    return searchFor(pattern, options)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Failure('usage', error.message, { cause: error })
  }
}

async function* idsOf(infos: AsyncIterable<{ sessionId: string }>): AsyncIterable<string> {
  for await (const { sessionId } of infos) yield sessionId
}

/** An entry that matches, or one that stands beside it. */
interface Hit {
  entry: FoundEntry
  matches: Match[]
}

async function* hitsOf(entries: AsyncIterable<FoundEntry>, search: RegExp, context: number): AsyncIterable<Hit> {
  let before: FoundEntry[] = []
  let after = 0
  for await (const entry of entries) {
    const matches = matchesOf(entry, search)
    if (matches.length > 0) {
      for (const earlier of before) yield { entry: earlier, matches: [] }
      before = []
      after = context
      yield { entry, matches }
    } else if (after > 0) {
      after--
      yield { entry, matches }
    } else if (context > 0) before = [...before, entry].slice(-context)
  }
}

async function printHit(out: Output, sessionId: string, { entry, matches }: Hit, onlyIds: boolean): Promise<void> {
  const { id, createdAt } = entry
  if (out.json) {
    if (matches.length > 0) await out.value(onlyIds ? { sessionId } : { sessionId, id, createdAt, matches })
    return
  }
  if (onlyIds) {
    if (matches.length > 0) await out.line(styled('cyan', sessionId))
    return
  }
  const { speaker, title } = blockOf(entry)
  const about = [id === undefined ? '' : `#${id}`, createdAt === undefined ? '' : timeText(createdAt)]
  const details = [...about, speaker, title].filter((part) => part !== '').join('  ')
  await out.line(styled('cyan', sessionId), '  ', styled('dim', details))
  for (const { before, found, after } of matches) {
    await out.line('  ', oneLine(before), styled(['bold', 'red'], oneLine(found)), oneLine(after))
  }
  if (matches.length === 0) await out.line('  ', styled('dim', oneLine(excerpt(textsOf(entry).join(' '), 120).text)))
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

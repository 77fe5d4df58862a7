import type { OpenAIResponsesCompactionSessionOptions } from '@openai/agents'
import { CompactingSession } from '@sessions/core/history'
import { SQLiteStore } from '@sessions/sqlite'

export interface CompactUntilKilledInput {
  path: string
  sessionId: string
  /** Whose class compacts, and how. */
  by: keyof typeof compactors
}

const { path, sessionId, by }: CompactUntilKilledInput = JSON.parse(process.argv[2] ?? '')
const underlyingSession = new SQLiteStore({ path }).session(sessionId)

/** In the place of the API and of a summarizer: an item that names all that it stands for. */
function compacted(input: unknown) {
  const names = new Set(JSON.stringify(input).match(/m\d+\./g))
  return { type: 'compaction' as const, id: 'cmp', encrypted_content: [...names].join(' ') }
}

const compact = async ({ input }: { input: unknown }): Promise<unknown> => ({ output: [compacted(input)] })
const client = { responses: { compact } } as unknown as NonNullable<OpenAIResponsesCompactionSessionOptions['client']>
const options = { underlyingSession, client, compactionMode: 'input' as const }
const compactors = {
  summarize: async () =>
    new CompactingSession({
      underlyingSession,
      when: () => true,
      keepTurns: 0,
      summarize: (items) => [compacted(items)],
    }),
  client: async () => new CompactingSession(options),
  // The SDK is loaded only where it is needed, since that takes a second.
  sdk: async () => new (await import('@openai/agents')).OpenAIResponsesCompactionSession(options),
}

/** Compacts a session of a file over and over; with a class anew each time, since the SDK's goes by what it has read before. */
for (let time = 0; ; time++) {
  const session = await compactors[by]()
  await session.runCompaction({ force: true })
  if (time === 0) process.stdout.write('compacts\n')
}

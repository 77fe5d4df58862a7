import { defineCommand } from '../command/command.ts'
import { filterOf, filterOptions } from '../command/filter.ts'
import { atLeastOne } from '../command/parsers.ts'
import { conversionTo, parseForm } from '../stores/codecs.ts'
import { operationsOf } from '../stores/operations.ts'
import { withProgress } from '../stores/progress.ts'
import { storeOptions, targetOptions, targetValues } from '../stores/store-options.ts'
import { printTransfer, transferGoOn, transferOptions, transferType } from '../stores/transfer.ts'

const { store: _, ...sourceOptions } = storeOptions

export const copy = defineCommand({
  about:
    'Both stores may be in use. Sessions keep their ids, times, metadata and items; each is there whole or not at all. Run it again to go on, or to bring over what was written since. Keys of encryption: without --key and --to-key envelopes are copied as they are; with them, items are opened and sealed anew.',
  words: [
    ['<from>', 'the url of a store'],
    ['<to>', 'the url of another'],
  ],
  options: {
    ...sourceOptions,
    ...targetOptions,
    ...filterOptions,
    ...transferOptions,
    codec: {
      flags: '--codec <form>',
      about:
        "whose items are to be stored: python or javascript, as the SDK's; with one store given twice, there and then",
      parse: parseForm,
    },
    concurrency: { flags: '--concurrency <n>', about: 'sessions that are read at once', parse: atLeastOne, default: 4 },
  },
  store: 'none',
  json: transferType,
  examples: [
    [
      'sessions copy sqlite:conversations.db env:POSTGRES_URL --create-tables',
      'moves house; once more after the switch',
    ],
    ['sessions copy sqlite:plain.db sqlite:sealed.db --to-key file:key', 'encrypts'],
    [
      'sessions copy sqlite:agents.db sqlite:agents.db --codec python',
      "turns items over to those of Python's SDK, where they stand",
    ],
  ],
  goOn: transferGoOn,
  async run({ words: [from = '', to = ''], values, out, stores, signal }) {
    const filter = filterOf(values)
    const { onConflict, concurrency, createTables, codec } = values
    const isHere = codec !== undefined && from === to
    const source = await stores.open({ ...values, store: from }, { writes: isHere })
    const target = isHere
      ? source
      : await stores.open(targetValues(to, values), { writes: true, creates: true, createTables })
    const { copySessions, convertSessions } = await operationsOf(target)
    const options = { filter, onConflict, concurrency, signal }
    const forms = codec && (await conversionTo(codec, target))
    const result = await withProgress(source, filter, signal, (onProgress) =>
      forms === undefined
        ? copySessions(source.store, target.store, { ...options, onProgress })
        : convertSessions(source.store, target.store, { ...options, ...forms, onProgress }),
    )
    await printTransfer(out, result)
    return undefined
  },
})

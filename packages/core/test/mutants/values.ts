import { changing, changingTexts, type Item, type Mutant, OpenSession, session } from './mutant.ts'

/** What `JSON.stringify` makes of an item by itself, with no check. */
const throughJSON =
  (replacer: (key: string, value: unknown) => unknown) =>
  (item: Item): Item =>
    JSON.parse(JSON.stringify(item, replacer))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value?.constructor !== Object) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted((value as Item)[key])]),
  )
}

function assigned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(assigned)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const copy: Item = {}
  for (const key of Object.keys(value)) copy[key] = assigned((value as Item)[key])
  return copy
}

function depth(value: unknown): number {
  return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0
}

/** What it writes, with its values changed where JSON has a say. */
const changingJSON = (change: (value: unknown) => unknown) =>
  changing((item) => {
    const bytes = Object.values(item).some((value) => typeof value === 'object' && value !== null)
    return bytes ? item : throughJSON((_, value) => change(value))(item)
  })

/** Skips what the base class checks by making plain JSON of it first. */
class Lenient extends OpenSession {
  override async addItems(items: readonly Item[]): Promise<void> {
    return super.addItems(items.map((item) => JSON.parse(JSON.stringify(item))))
  }
}

export const valueMutants: readonly Mutant[] = [
  session(
    'bytes-marker-unescaped',
    'takes an object of the caller for its own mark of bytes',
    ['values/json'],
    class extends OpenSession {
      override async getItems(limit?: number): Promise<Item[]> {
        const items = await super.getItems(limit)
        return items.map((item) =>
          typeof item.$bytes === 'string' ? { bytes: Buffer.from(item.$bytes, 'base64') } : item,
        )
      }
    },
  ),
  session(
    'nulls-dropped',
    'takes null for absent',
    ['values/json'],
    changing((item) => Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null))),
  ),
  session(
    'keys-sorted',
    'stores canonical JSON',
    ['values/key-order'],
    changing((item) => sorted(item) as Item),
  ),
  session(
    'proto-lost',
    'copies properties by assignment',
    ['values/special-keys'],
    changing((item) => assigned(item) as Item),
  ),
  session(
    'surrogates-replaced',
    'goes through UTF-8 bytes',
    ['values/unicode', 'values/every-unit'],
    changingTexts((text) => Buffer.from(text).toString()),
  ),
  session(
    'nul-stripped',
    'strips NUL characters for a backend that refuses them',
    ['values/unicode'],
    changingTexts((text) => text.replaceAll('\0', '')),
  ),
  session(
    'normalized',
    'normalizes texts to NFC',
    ['values/unicode'],
    changingTexts((text) => text.normalize()),
  ),
  session(
    'private-use-stripped',
    'strips what no font shows',
    ['values/every-unit'],
    changingTexts((text) => text.replaceAll(/[\ue000-\uf8ff]/g, '')),
  ),
  session(
    'texts-trimmed',
    'trims texts',
    ['values/json'],
    changingTexts((text) => text.trim()),
  ),
  session(
    'numbers-rounded',
    'keeps fifteen digits of a number',
    ['values/numbers'],
    changing((item) =>
      Array.isArray(item.numbers)
        ? { ...item, numbers: item.numbers.map((n: number) => Number(n.toPrecision(15))) }
        : item,
    ),
  ),
  session(
    'integers-as-32-bit',
    'keeps integers as 32 bits',
    ['values/numbers'],
    changing((item) =>
      Array.isArray(item.numbers)
        ? { ...item, numbers: item.numbers.map((n: number) => (Number.isInteger(n) ? n | 0 : n)) }
        : item,
    ),
  ),
  session(
    'nesting-limited',
    'refuses what is nested deeper than 512, as some JSON parsers do',
    ['values/deep'],
    changing((item) => {
      if (depth(item) > 512) throw new Error('nested too deep')
      return item
    }),
  ),
  session(
    'cut-at-64-ki',
    'keeps texts in a column of 64 KiB',
    ['values/lengths'],
    changingTexts((text) => text.slice(0, 65_535)),
  ),
  session(
    'cut-at-bytes',
    'counts units where the column counts bytes',
    ['values/lengths'],
    changingTexts((text) => Buffer.from(text).subarray(0, 131_074).toString()),
  ),
  session(
    'cut-at-1-mib',
    'refuses what is larger than its packets',
    ['values/16-mib'],
    changingTexts((text) => text.slice(0, 2 ** 20)),
  ),
  session(
    'undefined-as-null',
    'turns undefined into null',
    ['values/undefined'],
    changing((item) =>
      Object.fromEntries(Object.entries(item).map(([key, value]) => [key, value === undefined ? null : value])),
    ),
  ),
  session(
    'nulls-with-undefined',
    'drops null together with undefined',
    ['values/undefined'],
    changing((item) => (item.providerData === undefined ? item : { ...item, providerData: {} })),
  ),
  session(
    'bytes-as-object',
    'makes an object of bytes, as JSON does',
    ['values/bytes'],
    changing((item) => (item.data instanceof Uint8Array ? { ...item, data: { ...item.data } } : item)),
  ),
  session(
    'bytes-as-buffer',
    'gives bytes back as a Buffer',
    ['values/bytes'],
    class extends OpenSession {
      override async getItems(limit?: number): Promise<Item[]> {
        const items = await super.getItems(limit)
        return items.map((item) => (item.data instanceof Uint8Array ? { ...item, data: Buffer.from(item.data) } : item))
      }
    },
  ),
  session(
    'dates-as-text',
    'stores what JSON.stringify makes of anything',
    ['values/refused', 'values/refused-cycle', 'append/all-or-none'],
    Lenient,
  ),
  session(
    'cycles-raw',
    'lets the TypeError of JSON.stringify through',
    ['values/refused-cycle'],
    changing((item) => throughJSON((_, value) => value)(item) && item),
  ),
  session(
    'one-item-accepted',
    'takes one item for a list of one',
    ['values/refused-items'],
    class extends OpenSession {
      override async addItems(items: readonly Item[]): Promise<void> {
        return super.addItems(
          typeof items === 'object' && items !== null && !Array.isArray(items) ? [items as unknown as Item] : items,
        )
      }
    },
  ),
  session(
    'booleans-as-numbers',
    'keeps booleans as 0 and 1',
    ['values/json'],
    changingJSON((value) => (typeof value === 'boolean' ? Number(value) : value)),
  ),
  session(
    'path-not-named',
    'refuses an item without saying where it is wrong',
    ['values/refused'],
    class extends OpenSession {
      override async addItems(items: readonly Item[]): Promise<void> {
        return super.addItems(items).catch((error: Error) => {
          error.message = 'An item cannot be stored.'
          throw error
        })
      }
    },
  ),
]

import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { assertCode, assertEqual, assertMistake, message } from '../fixtures.ts'
import type { Item } from '../item.ts'

async function roundTrip(t: CaseContext, items: readonly Item[]): Promise<Item[]> {
  const session = await t.session()
  await session.addItems(items)
  return session.getItems()
}

function nested(depth: number): Item {
  let item: Item = { role: 'user', content: 'innermost' }
  for (let level = 1; level < depth; level++) item = level % 2 === 0 ? { inner: item } : { list: [item] }
  return item
}

class Custom {
  readonly field = 1
}

class CustomArray extends Array {}

function withToJSON(object: object): object {
  return Object.defineProperty(object, 'toJSON', { value: () => 'something else', enumerable: false })
}

function throwing(): never {
  throw new Error('what a getter says')
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(4)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  return bytes
}

/** What cannot be stored, and the path under `items[1]` that the message must name. */
const offenders: readonly [string, Item, string][] = [
  ['a function', { output: { image: () => 1 } }, '.output.image'],
  ['a symbol', { content: [Symbol('x')] }, '.content[0]'],
  ['a bigint', { n: 1n }, '.n'],
  ['a Date', { at: new Date(0) }, '.at'],
  ['a Map', { a: { b: new Map() } }, '.a.b'],
  ['a Set', { s: new Set() }, '.s'],
  ['a class instance', { c: new Custom() }, '.c'],
  ['an array of a class', { list: CustomArray.from([1]) }, '.list'],
  ['a hidden toJSON', { a: withToJSON({ b: 1 }) }, '.a'],
  ['a toJSON on an array', { a: [withToJSON([])] }, '.a[0]'],
  ['a property that is not enumerable', { a: Object.defineProperty({}, 'b', { value: 1, enumerable: false }) }, '.a'],
  ['a getter that throws', { a: Object.defineProperty({}, 'b', { get: throwing, enumerable: true }) }, '.a.b'],
  ['an array behind a Proxy', { list: new Proxy([1], {}) }, '.list'],
  ['bytes whose memory is gone', { data: detached() }, '.data'],
  ['a RegExp', { r: /x/ }, '.r'],
  ['an Error', { e: new Error('x') }, '.e'],
  ['other bytes', { f: new Float64Array(1) }, '.f'],
  ['NaN', { content: [{ n: Number.NaN }] }, '.content[0].n'],
  ['Infinity', { n: -Infinity }, '.n'],
  ['an undefined element', { list: [1, undefined] }, '.list[1]'],
  ['an odd key', { 'a b': { 'c"d': 1n } }, '["a b"]["c\\"d"]'],
]

export const valueCases: readonly CaseDefinition[] = [
  {
    id: 'values/json',
    title: 'gives back exactly what JSON can say',
    async run(t) {
      const items: Item[] = [
        { role: 'user', content: [{ type: 'input_text', text: '' }], empty: {}, none: null, list: [[], [null], [{}]] },
        { yes: true, no: false, zero: 0, minus: -1.5, tiny: 5e-324, text: '"\\/\b\f\n\r\t' },
        { $bytes: 'not bytes' },
        { $$bytes: { $bytes: [{ $bytes: null }] } },
        { text: '{"role":"user"}', ' spaced key ': '  spaced value  ', '': 'empty key' },
        {},
      ]
      assertEqual(await roundTrip(t, items), items)
    },
  },
  {
    id: 'values/key-order',
    title: 'keeps the order of keys',
    async run(t) {
      const item = { z: 1, a: { y: 1, b: 2, x: 3 }, m: [{ q: 1, c: 2 }] }
      assert.equal(JSON.stringify(await roundTrip(t, [item])), JSON.stringify([item]))
    },
  },
  {
    id: 'values/special-keys',
    title: 'keeps own keys named __proto__, constructor and the like',
    async run(t) {
      const text =
        '{"__proto__":{"polluted":true},"constructor":1,"toString":"x","a":{"__proto__":[1],"hasOwnProperty":2}}'
      const [item] = await roundTrip(t, [JSON.parse(text)])
      assert.equal(JSON.stringify(item), text)
      assert.equal(Object.getPrototypeOf(item), Object.prototype)
      assert.equal(({} as Item).polluted, undefined)
    },
  },
  {
    id: 'values/unicode',
    title: 'keeps every UTF-16 unit: lone surrogates, NUL, line separators, combining marks',
    async run(t) {
      const texts = [
        '\ud800',
        'a\udfffb',
        '\udc00\ud800',
        '\0',
        'a\0b',
        '\u2028\u2029',
        'e\u0301é',
        '😀👩‍👩‍👧',
        '\ufeff',
        '\uffff',
        '\x7f\x80\x9f',
      ]
      const items = texts.map((text) => ({ role: 'user', content: text, [text]: text }))
      assertEqual(await roundTrip(t, items), items)
    },
  },
  {
    id: 'values/every-unit',
    title: 'keeps each of the 65,536 UTF-16 units',
    async run(t) {
      const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit))
      const [item] = await roundTrip(t, [{ content: units.join(' ') }])
      assert.ok(item?.content === units.join(' '), 'a unit was changed')
    },
  },
  {
    id: 'values/numbers',
    title: 'keeps numbers; -0 comes back as 0, or as it is',
    async run(t) {
      const numbers = [2 ** 53 - 1, -(2 ** 53 - 1), 1e21, 1e-7, 0.1, 1.7976931348623157e308, 123456789012345680000]
      const [item] = await roundTrip(t, [{ numbers, minusZero: -0 }])
      assertEqual(item?.numbers, numbers)
      assert.ok(item?.minusZero === 0, `-0 came back as ${item?.minusZero}`)
    },
  },
  {
    id: 'values/deep',
    title: 'keeps items that are nested 1,000 levels deep',
    async run(t) {
      const item = nested(1_000)
      const [stored] = await roundTrip(t, [item])
      assert.equal(JSON.stringify(stored), JSON.stringify(item))
    },
  },
  {
    id: 'values/lengths',
    title: 'keeps texts of any length, around every power of two up to 2^17',
    async run(t) {
      const lengths = Array.from({ length: 18 }, (_, power) => [2 ** power - 1, 2 ** power, 2 ** power + 1]).flat()
      const items = lengths.flatMap((length) => [message('x'.repeat(length)), message('é'.repeat(length))])
      assertEqual(await roundTrip(t, items), items)
    },
  },
  {
    id: 'values/16-mib',
    title: 'keeps an item of 16 MiB',
    async run(t) {
      const content = 'sixteen bytes ok'.repeat(1024 * 1024)
      const [item] = await roundTrip(t, [message(content)])
      assert.ok(item?.content === content, 'the item came back changed')
    },
  },
  {
    id: 'values/undefined',
    title: 'gives no value to properties that are undefined, and drops nothing else',
    async run(t) {
      const items = [{ role: 'user', content: 'x', namespace: undefined, providerData: { a: undefined, b: null } }]
      const [item] = await roundTrip(t, items)
      assert.equal(JSON.stringify(item), '{"role":"user","content":"x","providerData":{"b":null}}')
    },
  },
  {
    id: 'values/bytes',
    title: 'gives a Uint8Array back as a Uint8Array',
    async run(t) {
      const all = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256)
      const output = { type: 'image', image: { data: all, mediaType: 'image/png' } }
      const [item, other] = await roundTrip(t, [
        { output },
        { data: new Uint8Array(), $bytes: 'x', undefinedToo: undefined },
      ])
      assertEqual(item, { output })
      assert.equal(Object.getPrototypeOf(other?.data), Uint8Array.prototype)
      const { undefinedToo, ...rest } = other ?? {}
      assertEqual([rest, undefinedToo], [{ data: new Uint8Array(), $bytes: 'x' }, undefined])
    },
  },
  {
    id: 'values/refused',
    title: 'refuses what would not come back as it is, and names its path',
    async run(t) {
      const session = await t.session()
      for (const [what, item, path] of offenders) {
        const error = await assertCode(() => session.addItems([message('fine'), item]), 'SESSION_ITEM_INVALID')
        assert.ok(
          error.message.includes(`items[1]${path} `),
          `${what}: the message does not name its path: ${error.message}`,
        )
      }
      assertEqual(await session.getItems(), [])
    },
  },
  {
    id: 'values/getters',
    title: 'reads each property once: what was checked is what is stored',
    async run(t) {
      const session = await t.session()
      let reads = 0
      const item = Object.defineProperty({ role: 'user' } as Item, 'content', { get: () => ++reads, enumerable: true })
      await session.addItems([item])
      assertEqual(await session.getItems(), [{ role: 'user', content: 1 }])
      assert.equal(reads, 1)
    },
  },
  {
    id: 'values/refused-cycle',
    title: 'refuses an item that contains itself',
    async run(t) {
      const session = await t.session()
      const item: Item = { content: { deep: {} } }
      Object.assign(item.content as object, { deep: { back: item } })
      const error = await assertCode(() => session.addItems([item]), 'SESSION_ITEM_INVALID')
      assert.ok(error.message.includes('items[0].content.deep.back '), error.message)
    },
  },
  {
    id: 'values/refused-items',
    title: 'refuses items that are no plain objects, and items that are no array',
    async run(t) {
      const session = await t.session()
      for (const item of [null, 'text', 1, [], new Custom(), new Uint8Array(1)]) {
        await assertCode(() => session.addItems([item as unknown as Item]), 'SESSION_ITEM_INVALID')
      }
      for (const items of [undefined, null, 'text', { length: 0 }, message('not in an array')]) {
        await assertMistake(() => session.addItems(items as unknown as Item[]), TypeError, JSON.stringify(items))
      }
      assertEqual(await session.getItems(), [])
    },
  },
]

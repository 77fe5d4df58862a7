import fc from 'fast-check'

/** `-0` is `0` in JSON. Any value is slow to make, so most are of a few that hold what is easily got wrong. */
export const json: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value))) },
  {
    weight: 9,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1.5,
      1e21,
      2 ** 53,
      'text',
      [],
      {},
      [null, [{}]],
      { camelCase: 1, snake_case: { A: [] } },
      { $bytes: 'AAAA' },
      { $bytes: 1 },
      { aB: 1, a_b: 2 },
      JSON.parse('{"__proto__":{"a":1},"a/b~":"c"}'),
    ),
  },
)

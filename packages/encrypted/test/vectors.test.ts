import { createCipheriv, createDecipheriv, hkdfSync, scryptSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { aesGcm, nodeAesGcm, webAesGcm } from '../src/aes-gcm.ts'
import { fernetOpen, fernetParse, fernetSeal } from '../src/fernet.ts'
import { deriveKey } from '../src/passphrase.ts'
import { SessionKeys } from '../src/session-keys.ts'
import { createXaes } from '../src/xaes.ts'
import { xchacha } from '../src/xchacha.ts'
import { counted, createCipher } from './support/cipher.ts'
import { testKey } from './support/keys.ts'

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const toHex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')
const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

describe('published vectors', () => {
  it('XChaCha20-Poly1305: draft-irtf-cfrg-xchacha-03, A.3.1', async () => {
    const key = hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f')
    const nonce = hex('404142434445464748494a4b4c4d4e4f5051525354555657')
    const data = hex('50515253c0c1c2c3c4c5c6c7')
    const plaintext = utf8(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    )
    const sealed =
      'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216' +
      'cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13' +
      'b52ec0875924c1c7987947deafd8780acf49'
    expect(toHex(await xchacha.seal(key, nonce, data, plaintext))).toBe(sealed)
    expect(await xchacha.open(key, nonce, data, hex(sealed))).toEqual(plaintext)
  })

  it.each([
    ['01', '', 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271'],
    ['03', 'c2sp.org/XAES-256-GCM', '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d'],
  ])('XAES-256-GCM: c2sp.org/XAES-256-GCM, key of %s', async (byte, data, sealed) => {
    expect(nodeAesGcm).toBeDefined()
    for (const xaes of [webAesGcm, aesGcm].map(createXaes)) {
      const parameters = [hex(byte.repeat(32)), utf8('ABCDEFGHIJKLMNOPQRSTUVWX'), utf8(data)] as const
      expect(toHex(await xaes.seal(...parameters, utf8('XAES-256-GCM')))).toBe(sealed)
      expect(toHex((await xaes.open(...parameters, hex(sealed))) ?? utf8(''))).toBe(toHex(utf8('XAES-256-GCM')))
      for (let index = 0; index < sealed.length / 2; index++) {
        const altered = hex(sealed)
        altered[index] = (altered[index] as number) ^ 1
        expect(await xaes.open(...parameters, altered)).toBeUndefined()
      }
    }
  })

  it('HKDF-SHA256: RFC 5869, A.3', () => {
    const keys = new SessionKeys('k', undefined, '', new Uint8Array(22).fill(0x0b))
    expect(toHex(keys.derive(''))).toBe('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d')
  })

  it('scrypt: RFC 7914, as Node computes it for our parameters', async () => {
    const options = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }
    const expected = scryptSync('pleaseletmein, Größe', 'sessions/encrypted/scrypt/k1', 32, options)
    expect(toHex(await deriveKey('pleaseletmein, Gro\u0308ße', 'k1'))).toBe(expected.toString('hex'))
  })

  it('Fernet: generate.json and verify.json of its specification', () => {
    const key = new Uint8Array(Buffer.from('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=', 'base64url'))
    const token = 'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='
    expect(fernetSeal(key, 499162800, counted(16), utf8('hello'))).toBe(token)
    const opened = fernetOpen(key, fernetParse(token) ?? new Uint8Array())
    expect(opened).toEqual({ seconds: 499162800, plaintext: utf8('hello') })
  })
})

describe("Python's envelopes", () => {
  interface Vector {
    encryption_key: string
    session_id: string
    timestamp: number
    iv_hex: string
    plaintext: string
    payload: string
  }
  const vectors: Vector[] = JSON.parse(readFileSync(new URL('./vectors/python.json', import.meta.url), 'utf8'))

  it.each(vectors)('are written and read byte for byte: $session_id', async (vector) => {
    const cipher = createCipher({
      keys: [{ id: 'default', key: vector.encryption_key }],
      format: 'python',
      sessionId: vector.session_id,
      random: () => hex(vector.iv_hex),
    })
    const record = JSON.stringify({ __enc__: 1, v: 1, kid: 'hkdf-v1', payload: vector.payload })
    expect(await cipher.seal([vector.plaintext], [vector.timestamp * 1000 + 999])).toEqual([record])
    const spaced = `{"__enc__": 1, "v": 1, "kid": "hkdf-v1", "payload": "${vector.payload}"}`
    expect(await cipher.open(spaced)).toMatchObject({ text: vector.plaintext, written: vector.timestamp * 1000 })
  })
})

/** What is stored today must open for ever: a change of the format is a new version, not a change of these. */
describe('our envelopes', () => {
  const text = '{"role":"user","content":"héllo"}'
  const long = `{"content":"${'x'.repeat(20_000)}"}`
  const written = 1_700_000_000_123

  it('stay what they are', async () => {
    const cipher = createCipher({ random: counted })
    const [record] = await cipher.seal([text], [written])
    expect(record).toBe(frozen.short)
    const opened = { text, keyId: 'k1', nonce: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYX', written, precision: 0 }
    expect(await cipher.open(frozen.short)).toEqual(opened)
    expect(await cipher.open(version2.short), 'of before the commitment').toEqual({ ...opened, outdated: true })
  })

  it('stay what they are with a passphrase', async () => {
    const cipher = createCipher({ random: counted, keys: [{ id: 'k1', key: 'correct horse battery staple' }] })
    expect(await cipher.seal([text], [written])).toEqual([frozen.passphrase])
    expect(await cipher.open(frozen.passphrase)).toMatchObject({ text, written })
    expect(await cipher.open(version2.passphrase)).toMatchObject({ text, written, outdated: true })
  })

  it('stay what they are with a passphrase that has a salt of its own', async () => {
    const key = { passphrase: 'correct horse battery staple', salt: 'a salt of 16 byt' }
    const cipher = createCipher({ random: counted, keys: [{ id: 'k1', key }] })
    expect(await cipher.seal([text], [written])).toEqual([frozen.salted])
    const options = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }
    const master = scryptSync(key.passphrase, `sessions/encrypted/scrypt-salted/k1\0${key.salt}`, 32, options)
    const commitment = hkdfSync('sha256', master, '', 'sessions/encrypted/v3/commitment', 32)
    const payload = Buffer.from(JSON.parse(frozen.salted).payload, 'base64url')
    expect(payload.subarray(30, 62).equals(Buffer.from(commitment))).toBe(true)
  })

  it('open, where they are large, with nothing but what the layout says and Node', async () => {
    const [record = ''] = await createCipher({ random: counted }).seal([long], [written])
    const { payload, ...head } = JSON.parse(record)
    expect(head).toEqual({ __enc__: 3, alg: 'XA256GCM', kid: 'k1' })
    const bytes = Buffer.from(payload, 'base64url')
    expect(bytes.readUIntBE(0, 6)).toBe(written)
    const nonce = bytes.subarray(6, 30)
    const key = Buffer.from(hkdfSync('sha256', testKey(), 'user_123', 'sessions/encrypted/v3/XA256GCM', 32))
    const commitment = Buffer.from(hkdfSync('sha256', testKey(), '', 'sessions/encrypted/v3/commitment', 32))
    expect(bytes.subarray(30, 62).equals(commitment)).toBe(true)
    const length = (value: string): Buffer => Buffer.from([0, Buffer.byteLength(value)])
    const fields = ['XA256GCM', 'k1', '', 'user_123'].flatMap((value) => [length(value), Buffer.from(value)])
    const data = Buffer.concat([Buffer.from('sessions/encrypted/v3'), ...fields, bytes.subarray(0, 6)])
    const decipher = createDecipheriv('aes-256-gcm', messageKey(key, nonce), nonce.subarray(12))
    decipher.setAAD(data).setAuthTag(bytes.subarray(-16))
    expect(Buffer.concat([decipher.update(bytes.subarray(62, -16)), decipher.final()]).toString()).toBe(long)
  })
})

/** XAES-256-GCM's key derivation on Node's AES, written from the specification. */
function messageKey(key: Buffer, nonce: Buffer): Buffer {
  const aes = (block: Buffer): Buffer => {
    const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
    return Buffer.concat([cipher.update(block), cipher.final()])
  }
  const zero = BigInt(`0x${aes(Buffer.alloc(16)).toString('hex')}`)
  const doubled = ((zero << 1n) & (2n ** 128n - 1n)) ^ (zero >> 127n === 1n ? 0x87n : 0n)
  const blocks = [1, 2].map((counter) => {
    const block = BigInt(
      `0x${Buffer.concat([Buffer.from([0, counter, 0x58, 0]), nonce.subarray(0, 12)]).toString('hex')}`,
    )
    return aes(Buffer.from((block ^ doubled).toString(16).padStart(32, '0'), 'hex'))
  })
  return Buffer.concat(blocks)
}

/** As 0.1 wrote them: read for ever, written no more. */
const version2 = {
  short:
    '{"__enc__":2,"alg":"XC20P","kid":"k1","payload":"AYvP5Wh7AAECAwQFBgcICQoLDA0ODxAREhMUFRYXmPOAEWJrxaCHXpFOTJjKtXtcwbeQ' +
    'fPXzFHLmFRzL8yChE-jTZTOb3RIc3aaQ53yL_TQ"}',
  passphrase:
    '{"__enc__":2,"alg":"XC20P","kid":"k1","kdf":"scrypt-17-8-1","payload":"AYvP5Wh7AAECAwQFBgcICQoLDA0ODxAREhMUFRYXUqacQpbl' +
    '18EwHKkfLACVR35BVTLjYfa-pr2BbHCu4jRF8HpOumLLxKJ1i_Cj1RHhx0Q"}',
}

const frozen = {
  short:
    '{"__enc__":3,"alg":"XC20P","kid":"k1","payload":"AYvP5Wh7AAECAwQFBgcICQoLDA0ODxAREhMUFRYX_Ihm1Mqw3nYYt-tfeqMVZ' +
    'ovBErmis8x-1sogt0LH2zpt8EfIxVZunNy-Szf6q81_F3fqPz2aedm40cThfpNJZOCpYqkh10ctJl_Dm-8DqHcOJQ"}',
  passphrase:
    '{"__enc__":3,"alg":"XC20P","kid":"k1","kdf":"scrypt-17-8-1","payload":"AYvP5Wh7AAECAwQFBgcICQoLDA0ODxAREhMUFRY' +
    'XXYxGDqmO8scBEo81gLxxTr0E7q4jTzrSRaKlZerPuvD-0CpDrLUi-g8aRO9foVYV2nQOGEYcYkyAr5aVrrhw-tdSnyj352dd_XOsBiQau3w_Kw"}',
  salted:
    '{"__enc__":3,"alg":"XC20P","kid":"k1","kdf":"scrypt-17-8-1-salted","payload":"AYvP5Wh7AAECAwQFBgcICQoLDA0ODxAR' +
    'EhMUFRYXLOmMUVvdtVw9mjxebhBz8_cAJVG3tEW9nUIhaEdCLUSCMD_5bPiDPd0ewqM7xYCwkTTg3icNnAIzi8DpnBkCuC5SgkcsbDdJr5VPalJnQxWlTg"}',
}

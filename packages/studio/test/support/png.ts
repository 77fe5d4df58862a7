import pixelmatch from 'pixelmatch'
import { PNG } from 'pngjs'

/** Which part of the pixels of two pictures differs, 0 to 1: all of them where the sizes do. */
export function differing(one: Buffer, other: Buffer): number {
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(other)]
  if (a.width !== b.width || a.height !== b.height) return 1
  return pixelmatch(a.data, b.data, undefined, a.width, a.height) / (a.width * a.height)
}

/** The picture in fewer bytes: without transparency, and of each colour six bits, which nobody sees. */
export function packed(file: Buffer): Buffer {
  const image = PNG.sync.read(file)
  for (const [at, value] of image.data.entries())
    image.data[at] = Math.round((Math.round((value * 63) / 255) * 255) / 63)
  return PNG.sync.write(image, { colorType: 2, deflateLevel: 9, deflateStrategy: 0, filterType: 0 })
}

/** A small chart, as a data url. */
export const chart: string = svgURL(
  '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="80"><rect width="160" height="80" fill="#eef"/><path d="M0 70 L40 40 L80 55 L120 15 L160 30" fill="none" stroke="#06c" stroke-width="4"/></svg>',
)

/** A tenth of a second of silence. */
export const silence: string = wavURL(800)

function svgURL(text: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(text).toString('base64')}`
}

function wavURL(samples: number): string {
  const bytes = Buffer.alloc(44 + samples, 128)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(36 + samples, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(8_000, 24)
  bytes.writeUInt32LE(8_000, 28)
  bytes.writeUInt16LE(1, 32)
  bytes.writeUInt16LE(8, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(samples, 40)
  return `data:audio/wav;base64,${bytes.toString('base64')}`
}

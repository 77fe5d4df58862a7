/** How many slots a cluster has. */
const slots = 16_384

/** The slot of a key (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model). */
export function slotOf(key: string): number {
  const start = key.indexOf('{')
  const end = key.indexOf('}', start + 1)
  const tag = start < 0 || end <= start + 1 ? key : key.slice(start + 1, end)
  return crc16(Buffer.from(tag)) % slots
}

/** CRC16-XMODEM, as the specification of the cluster has it. */
function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc
}

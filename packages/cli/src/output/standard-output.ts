import { createWriteStream, fstatSync, type WriteStream } from 'node:fs'

/** Bytes that wait to be written before who writes has to wait. */
const ahead = 2 ** 20

/**
 * Standard output where it is a file, written beside other work: `process.stdout` would keep all that reads and computes waiting for the disk.
 * `undefined` where it is none.
 */
export function outputFile(): WriteStream | undefined {
  if (!fstatSync(process.stdout.fd).isFile()) return undefined
  return createWriteStream('', { fd: process.stdout.fd, autoClose: false, highWaterMark: ahead })
}

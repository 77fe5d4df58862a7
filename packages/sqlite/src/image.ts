import { existsSync, readFileSync, statSync } from 'node:fs'
import { SessionError } from '@sessions/core'

/** Where the header of a database says how it is written, once for readers and once for writers: 1 without a log, 2 with one (https://sqlite.org/fileformat.html#file_format_version_numbers). */
const versionOffsets = [18, 19] as const

/**
 * The bytes of a database in WAL mode that lies where nothing can be made: SQLite would need a file beside it to read it. Without a log it is
 * complete, and can be read from memory. @throws SESSION_UNAVAILABLE where there is a log, which only SQLite can read
 */
export function readImage(path: string): Buffer {
  if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0) {
    throw new SessionError(
      'SESSION_UNAVAILABLE',
      'The database lies in a folder that cannot be written, beside a log that was not closed. Open it once where it can be ' +
        'written, close it, and copy it again.',
    )
  }
  const image = readFileSync(path)
  for (const offset of versionOffsets) image[offset] = 1
  return image
}

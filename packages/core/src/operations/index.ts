export { type ConvertOptions, convertSessions } from './convert-sessions.ts'
export { type CopyOptions, copySessions } from './copy-sessions.ts'
export { type ExportedLines, type ExportOptions, exportSessions } from './export-sessions.ts'
export type { Finding } from './finding.ts'
export { type ImportOptions, type ImportSource, importSessions } from './import-sessions.ts'
export { linesOf } from './lines.ts'
export type { OnConflict } from './transfer.ts'
export type {
  TransferProgress,
  TransferResult as CopyResult,
  TransferResult as ImportResult,
} from './transfer-result.ts'
export { type VerifyOptions, verifySessions } from './verify-sessions.ts'

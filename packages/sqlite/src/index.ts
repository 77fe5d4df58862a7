export type { SQLiteDatabase } from './database.ts'
export type { SQLiteSessionOptions, SQLiteStoreOptions } from './options.ts'
export { SQLiteSession } from './sqlite-session.ts'
export { SQLiteStore } from './sqlite-store.ts'

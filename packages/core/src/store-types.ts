/** Some records of a session, oldest first, and where to go on; without `next`, these were the last. */
export interface RecordPage {
  records: string[]
  next?: string
}

/** How a store reads. */
export interface ReadOptions {
  /** Whether a write depends on what is read: then a replica, which may not have the newest yet, is no place to read it from. */
  latest?: boolean
}

/** A session to delete, unless it was changed since `updatedAt`. */
export interface DeleteTarget {
  sessionId: string
  updatedAt: Date
}

import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { SQLiteStore } from '@sessions/sqlite'

/** The store belongs to the application, and closes with it: `enableShutdownHooks()` in main.ts. A session belongs to a request. */
@Injectable()
export class Conversations extends SQLiteStore implements OnApplicationShutdown {
  constructor() {
    super({ path: process.env.DATABASE ?? 'conversations.db' })
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close()
  }
}

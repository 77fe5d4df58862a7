/** What is used of a `Sequelize` of version 6, so that our types do not drag in its own. */
export interface SequelizeLike {
  getDialect(): string
  readonly connectionManager: {
    getConnection(options: { type: string; useMaster?: boolean }): Promise<object>
    releaseConnection(connection: object): void
    destroyConnection(connection: object): Promise<void>
  }
  close(): Promise<void>
}

/** Connections of a driver, one user at a time each. */
export interface ConnectionPool {
  /** Whether it tells of each connection that it makes. Default: true. */
  readonly tells?: boolean
  getConnection(options: { type: string; useMaster?: boolean; uuid?: string }): Promise<object>
  releaseConnection(connection: object): unknown
  destroyConnection(connection: object): Promise<void>
}

/** What is used of a `Sequelize` of version 6, so that our types do not drag in its own. */
export interface SequelizeLike {
  getDialect(): string
  readonly connectionManager: ConnectionPool
  addHook?(name: 'afterConnect', hook: (connection: object) => void): unknown
}

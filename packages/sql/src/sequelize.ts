/** Connections of a driver, one user at a time each. */
export interface ConnectionPool {
  /** Whether it tells of each connection that it makes. Default: true. */
  readonly tells?: boolean
  /** How many it is making now, where it knows. */
  readonly making?: number | undefined
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

/** How many connections a pool of `sequelize-pool` has, those that are being made among them, and what becomes of the others. */
interface PoolCounts {
  readonly size: number
  readonly using: number
  readonly available: number
}

/** Where a Sequelize keeps its connections, which its types do not tell: SQLite's has no pool, and that with replicas has two. */
interface Pooled {
  readonly pool?: PoolCounts | { readonly read: PoolCounts; readonly write: PoolCounts }
}

/** The connections of a Sequelize. */
export function connectionsOf({ connectionManager }: SequelizeLike): ConnectionPool {
  return {
    get making() {
      const { pool } = connectionManager as Pooled
      if (pool === undefined) return undefined
      return 'read' in pool ? makingOf(pool.read) + makingOf(pool.write) : makingOf(pool)
    },
    getConnection: (options) => connectionManager.getConnection(options),
    releaseConnection: (connection) => connectionManager.releaseConnection(connection),
    destroyConnection: (connection) => connectionManager.destroyConnection(connection),
  }
}

function makingOf({ size, using, available }: PoolCounts): number {
  return size - using - available
}

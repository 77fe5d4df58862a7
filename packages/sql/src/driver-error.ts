/** What errors of drivers look like. */
export interface DriverError {
  name?: string
  message?: string
  code?: unknown
  errno?: unknown
  sqlState?: unknown
  severity?: unknown
  fatal?: unknown
  parent?: unknown
  cause?: unknown
}

/** The error of the driver, also where Sequelize wrapped it, or where a pool of mariadb waited in vain for a connection because of it. */
export function driverError(error: unknown): DriverError {
  const { parent, code, cause } = error as DriverError
  const wrapped = code === 'ER_GET_CONNECTION_TIMEOUT' ? cause : parent
  return (typeof wrapped === 'object' && wrapped !== null ? wrapped : error) as DriverError
}

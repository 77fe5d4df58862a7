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
}

/** The error of the driver, also where Sequelize wrapped it. */
export function driverError(error: unknown): DriverError {
  const { parent } = error as DriverError
  return (typeof parent === 'object' && parent !== null ? parent : error) as DriverError
}

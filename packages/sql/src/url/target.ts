/** The dialects that a url may begin with. */
export type URLDialect = 'postgres' | 'mariadb' | 'mysql' | 'sqlite'

/** What a url asks for, as Sequelize and the drivers are told it. */
export interface Target {
  readonly dialect: URLDialect
  /** The schema of the tables, where the url names one. */
  readonly schema?: string | undefined
  /** Makes of the driver's module one that keeps what the url asks for and options cannot say. */
  readonly adapt?: ((driver: object) => object) | undefined
  /** Options of Sequelize. Reads the files that the url names. */
  connect(): ConnectOptions
}

export interface ConnectOptions {
  readonly host?: string
  readonly port?: number
  readonly username?: string
  readonly password?: string
  readonly database?: string
  /** The file of SQLite. */
  readonly storage?: string
  readonly dialectOptions?: object
}

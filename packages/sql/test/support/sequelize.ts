import { type Options, Sequelize } from 'sequelize'

/** Milliseconds. Where nothing is said, the driver mariadb gives up after one second, in which a busy machine may make no connection. */
const connectTimeout = 10_000

/** A Sequelize as callers have one. */
export function openSequelize(url: string, options: Options = {}): Sequelize {
  const isMariaDB = url.startsWith('mariadb:')
  const patient = isMariaDB ? { dialectOptions: { connectTimeout, ...options.dialectOptions } } : {}
  return new Sequelize(url, { logging: false, ...options, ...patient })
}

import { createRequire } from 'node:module'
import { SQLStore } from '@sessions/sql'
import { Sequelize } from 'sequelize'

interface Place {
  /** Whose `node_modules` has sqlite3. */
  folder: string
  storage: string
}

/** A Sequelize on a file, with the driver of that folder. */
export function openSequelize({ folder, storage }: Place): Sequelize {
  const dialectModule = createRequire(`${folder}/`)('sqlite3')
  return new Sequelize({ dialect: 'sqlite', storage, dialectModule, logging: false })
}

/** What the kit's child processes open. */
export function openStore(place: Place): SQLStore {
  return new SQLStore({ sequelize: openSequelize(place), createTables: true })
}

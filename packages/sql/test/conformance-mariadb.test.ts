import { describeConformance } from '@sessions/core/conformance/vitest'
import { leftOut, startMariaDB } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { brokenHarness, sessionHarness, storeHarness } from './support/harness.ts'

const server = await startMariaDB()
afterAll(() => server.stop())
const mariadb = await server.createDatabase()
const mysql = (await server.createDatabase()).replace('mariadb:', 'mysql:')
const reports = { reports: '.conformance', timeoutMs: 300_000 }

describeConformance(storeHarness('SQLStore (MariaDB)', [mariadb]), reports)
describeConformance(sessionHarness('SQLSession (MariaDB)', mariadb), { ...reports, except: leftOut('client') })
describeConformance(storeHarness('SQLStore (MariaDB through mysql2)', [mysql]), {
  ...reports,
  except: leftOut('client'),
})
describeConformance(await brokenHarness('SQLStore (MariaDB, connections that break)', mariadb), {
  ...reports,
  only: 'faults/',
})
describeConformance(await brokenHarness('SQLStore (MariaDB, groups that break)', mariadb), {
  ...reports,
  only: 'bursts/fault',
})

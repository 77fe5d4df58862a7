import { describeConformance } from '@sessions/core/conformance/vitest'
import { leftOut, startMySQL } from '@sessions/test-servers'
import { afterAll, it } from 'vitest'
import { brokenHarness, sessionHarness, storeHarness } from './support/harness.ts'

const server = await startMySQL()
afterAll(() => server?.stop())

if (server === undefined) it.skip('goes without MySQL', () => {})
else {
  const mysql2 = await server.createDatabase()
  const mariadb = (await server.createDatabase()).replace('mysql:', 'mariadb:')
  const reports = { reports: '.conformance', timeoutMs: 300_000 }

  describeConformance(storeHarness('SQLStore (MySQL)', [mysql2]), { ...reports, except: leftOut('server') })
  describeConformance(sessionHarness('SQLSession (MySQL)', mysql2), { ...reports, except: leftOut('client') })
  describeConformance(storeHarness('SQLStore (MySQL through mariadb)', [mariadb]), {
    ...reports,
    except: leftOut('client'),
  })
  describeConformance(await brokenHarness('SQLStore (MySQL, connections that break)', mysql2), {
    ...reports,
    only: 'faults/',
  })
  describeConformance(await brokenHarness('SQLStore (MySQL, groups that break)', mysql2), {
    ...reports,
    only: 'bursts/fault',
  })
}

import { type CaseReport, type ConformanceReport, withoutStack } from './report.ts'

/** JUnit's XML, which most CI servers read: a suite for each report, a class for each family of cases. */
export function toJUnit(reports: readonly ConformanceReport[]): string {
  const suites = reports.map((report) => {
    const { adapter, cases, failed, skipped, seed, steps, kit, runtime, platform } = report
    const properties = Object.entries({ seed, steps, kit, runtime, platform }).map(
      ([name, value]) => `<property name="${name}" value="${escapeXML(String(value))}"/>`,
    )
    const counts = `tests="${cases.length}" failures="${failed}" skipped="${skipped}" time="${seconds(cases)}"`
    return [
      `<testsuite name="${escapeXML(adapter)}" ${counts}>`,
      `<properties>${properties.join('')}</properties>`,
      ...cases.map(toTestCase),
      '</testsuite>',
    ].join('\n')
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`
}

/** A badge as SVG: how many cases passed, green where none failed. */
export function toBadge({ ok, passed, failed }: ConformanceReport): string {
  const [label, verdict] = ['sessions conformance', ok ? `${passed} passed` : `${failed} failed`]
  const [left, right] = [label, verdict].map((text) => 7 * text.length + 10) as [number, number]
  const text = (x: number, content: string): string => `<text x="${x}" y="14" text-anchor="middle">${content}</text>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}: ${verdict}">`,
    `<rect width="${left + right}" height="20" rx="3" fill="#555"/>`,
    `<rect x="${left}" width="${right}" height="20" rx="3" fill="${ok ? '#2a7d2e' : '#b3261e'}"/>`,
    `<g fill="#fff" font-family="Verdana,Geneva,sans-serif" font-size="11">`,
    `${text(left / 2, label)}${text(left + right / 2, verdict)}</g></svg>\n`,
  ].join('\n')
}

/** A line for each family of cases: how many passed, failed and were skipped, and how long they took. */
export function toTable({ cases }: ConformanceReport): string {
  const families = Map.groupBy(cases, ({ id }) => id.slice(0, id.indexOf('/')))
  const lines = [...families].map(([family, group]) => {
    const counts = (['pass', 'fail', 'skip'] as const).map((status) => {
      const count = group.filter((result) => result.status === status).length
      return count === 0 ? ''.padStart(6) : String(count).padStart(6)
    })
    return `  ${family.padEnd(14)}${counts.join('')}${`${seconds(group)} s`.padStart(10)}`
  })
  return [`  ${'cases'.padEnd(14)}  pass  fail  skip      time`, ...lines].join('\n')
}

function toTestCase({ id, title, status, reason = '', error = '', durationMs }: CaseReport): string {
  const [family] = id.split('/')
  const head = `<testcase classname="${family}" name="${escapeXML(`${id}: ${title}`)}" time="${durationMs / 1000}">`
  if (status === 'skip') return `${head}<skipped message="${escapeXML(reason)}"/></testcase>`
  if (status === 'pass') return `${head}</testcase>`
  const message = escapeXML(withoutStack(error)[0] ?? '')
  return `${head}<failure message="${message}">${escapeXML(error)}</failure></testcase>`
}

function seconds(cases: readonly CaseReport[]): string {
  return (cases.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000).toFixed(1)
}

/** Without the control characters and lone surrogates that XML 1.0 cannot hold. */
function escapeXML(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' }
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll(/[&<>"\n]/g, (character) => names[character] ?? character)
}

import { installPackages } from './install-packages.ts'
import { findFile, isDebianRoot, type Machine } from './machine.ts'
import type { Software } from './software.ts'

const thisMachine: Machine = { find: findFile, canInstall: isDebianRoot(), install: installPackages }

/**
 * The paths of the software's files, in their order. What is missing is installed where this process may do so, which it
 * says on stderr. @throws Error with the commands that would help.
 */
export async function provide(software: Software, machine: Machine = thisMachine): Promise<string[]> {
  const found = find(software, machine)
  if (found !== undefined) return found
  if (machine.canInstall) {
    await machine.install(software.apt)
    const installed = find(software, machine)
    if (installed !== undefined) return installed
  }
  throw new Error(instructions(software, machine))
}

function find(software: Software, machine: Machine): string[] | undefined {
  const paths = software.files.map((file) => machine.find(file, software))
  return paths.every((path) => path !== undefined) ? paths : undefined
}

function instructions(software: Software, machine: Machine): string {
  const missing = software.files.filter((file) => machine.find(file, software) === undefined)
  return [
    `These tests need ${software.name}, and this machine lacks ${missing.join(', ')}. Any of these helps:`,
    `  sudo apt-get install --no-install-recommends ${software.apt.join(' ')}`,
    ...(software.brew === undefined ? [] : [`  brew install ${software.brew}`]),
    ...variables(software),
  ].join('\n')
}

function variables({ compose, environment }: Software): string[] {
  if (environment === undefined) return []
  return [`  ${compose === undefined ? '' : `docker compose up -d --wait ${compose} && `}export ${environment}`]
}

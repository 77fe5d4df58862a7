import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Failure } from '../exit-codes.ts'

/** A module that was found, and what it exports. */
export interface Found<T> {
  /** Its file. */
  path: string
  module: T
}

/**
 * Loads a package of the user's project: as the working directory has it, else as the folder of this program does. A program that npx runs
 * could not `import` what the project has installed.
 * @param near - the file of a package that brings it along, where it is looked for first
 * @throws Failure with the line that installs it
 */
export async function load<T>(specifier: string, near?: string): Promise<Found<T>> {
  const path = find(specifier, near)
  if (path === undefined) {
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
    throw new Failure('install', `${name} is not installed here: npm install ${name}`)
  }
  return { path, module: (await import(pathToFileURL(path).href)) as T }
}

/** A module of the user's: a file, from the working directory, or a package. @throws Failure where there is none */
export async function loadModule<T>(name: string): Promise<Found<T>> {
  const path = find(name)
  if (path === undefined) throw new Failure('usage', `There is no module ${name}, seen from ${process.cwd()}.`)
  return { path, module: (await import(pathToFileURL(path).href)) as T }
}

/** Its file, where it is installed. */
export function find(specifier: string, near?: string): string | undefined {
  const places = [...(near === undefined ? [] : [near]), join(process.cwd(), 'module.js'), import.meta.filename]
  for (const place of places) {
    try {
      return createRequire(place).resolve(specifier)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error
    }
  }
  return undefined
}

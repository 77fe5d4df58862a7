import { consumers, sdkConsumer } from './consumers.ts'
import type { Stranger } from './stranger.ts'

/** Every minor release of TypeScript from the oldest that reads our types, or the oldest and the newest. */
export const compilers = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0'] as const
export type Compiler = (typeof compilers)[number]

/** Its place in a project that has several. */
export function aliasOf(compiler: Compiler): string {
  return `typescript-${compiler}`
}

/** A way in which a compiler looks for packages, and the endings of the files that it is given. */
export interface Resolution {
  title: string
  options: Readonly<Record<string, string>>
  endings: readonly ('ts' | 'mts' | 'cts')[]
  /** `import it = require()` too, where the files are ES modules. */
  requires?: boolean
}

export const resolutions: readonly Resolution[] = [
  { title: 'node10, CommonJS', options: { module: 'commonjs', moduleResolution: 'node10' }, endings: ['ts'] },
  { title: 'node10, ES modules', options: { module: 'es2022', moduleResolution: 'node10' }, endings: ['ts'] },
  { title: 'node16, both', options: { module: 'node16', moduleResolution: 'node16' }, endings: ['mts', 'cts'] },
  { title: 'nodenext, both', options: { module: 'nodenext', moduleResolution: 'nodenext' }, endings: ['mts', 'cts'] },
  {
    title: 'bundler, both',
    options: { module: 'preserve', moduleResolution: 'bundler' },
    endings: ['ts'],
    requires: true,
  },
]

/** The rows of the matrix for a compiler: TypeScript 7 has no `node10` any more. */
export function resolutionsOf(compiler: Compiler): readonly Resolution[] {
  return resolutions.filter(({ title }) => compiler !== '7.0' || !title.startsWith('node10'))
}

/** Which errors count: those in our declarations and in what was written against them, and where the SDK has none itself, all. */
function errorsIn(output: string, compiler: Compiler, { title }: Resolution): string[] {
  const errors = output.split('\n').filter((line) => /^\S/.test(line))
  const whole = /^(5\.9|[67]\.)/.test(compiler) && /^(nodenext|bundler)/.test(title)
  return errors.filter((line) => whole || !/^node_modules\/(?!@sessions\/)/.test(line))
}

/** Compiles what somebody writes against every entry of every package, library files included. Gives the errors. */
export async function compile(
  stranger: Stranger,
  compiler: Compiler,
  resolution: Resolution,
  { entries, sdk }: { entries: readonly string[]; sdk: boolean },
): Promise<string[]> {
  const folder = `${compiler}-${sdk ? 'sdk-' : ''}${resolution.title.replace(/\W+/g, '-')}`
  const sources = { ...consumers, ...(sdk && { sdk: sdkConsumer }), all: using(entries, 'imported') }
  for (const [name, source] of Object.entries(sources)) {
    for (const ending of resolution.endings) stranger.write(`${folder}/${name}.${ending}`, source)
  }
  if (resolution.requires) stranger.write(`${folder}/required.cts`, using(entries, 'required'))
  const compilerOptions = {
    ...{ target: 'es2022', strict: true, noEmit: true, skipLibCheck: false, types: sdk ? ['node'] : [] },
    ...resolution.options,
    // TypeScript 6 asks for this before it does what 7 will not.
    ...(compiler === '6.0' && resolution.title.startsWith('node10') && { ignoreDeprecations: '6.0' }),
  }
  stranger.write(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, include: ['*'] }))
  const tsc = [`node_modules/${aliasOf(compiler)}/bin/tsc`, '-p', folder, '--pretty', 'false']
  return errorsIn(await stranger.run(process.execPath, tsc).catch(printedBy), compiler, resolution)
}

/** A module that has each entry, and uses it. */
function using(entries: readonly string[], form: 'imported' | 'required'): string {
  const lines = entries.flatMap((entry, index) => [
    form === 'imported' ? `import * as entry${index} from '${entry}'` : `import entry${index} = require('${entry}')`,
    `export const names${index}: string[] = Object.keys(entry${index})`,
  ])
  return lines.join('\n')
}

/** What a compiler said that found errors. */
function printedBy({ cause }: { cause: { stdout: string } }): string {
  return cause.stdout
}

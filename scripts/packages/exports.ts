import { isLibrary } from '../workspace.ts'

/** What a published package tells the tools that load it, where the repository's own manifest names the sources. */
export interface PublishedEntries {
  main: string
  types: string
  typesVersions?: Record<string, Record<string, string[]>>
  exports: Record<string, Record<Condition, Target> | Target>
}

/** In the order in which they are tried. */
export type Condition = 'bun' | 'module-sync' | 'module' | 'require' | 'default'

/** Where one condition leads: the types first, as TypeScript looks for them. */
export interface Target {
  types: string
  default: string
}

/**
 * For each entry, ES modules for whoever can load them by `import` and by `require`, so that a program has one of each class: Bun, Node
 * from 22.10 on (`module-sync`) and bundlers (`module`). Whoever else requires gets CommonJS, such as jest. Entries of a program are for
 * other programs of ours: ES modules alone.
 */
export function publishedEntries(sources?: Readonly<Record<string, string>>): Partial<PublishedEntries> {
  if (sources === undefined) return {}
  const modulesOf = (source: string): Target => ({
    types: builtFile(source, '.d.ts'),
    default: builtFile(source, '.js'),
  })
  if (!isLibrary({ exports: sources })) {
    return { exports: Object.fromEntries(Object.entries(sources).map(([entry, source]) => [entry, modulesOf(source)])) }
  }
  const exports = Object.entries(sources).map(([entry, source]) => {
    const modules = modulesOf(source)
    const commonJS = { types: builtFile(source, '.d.cts'), default: builtFile(source, '.cjs') }
    return [entry, { bun: modules, 'module-sync': modules, module: modules, require: commonJS, default: modules }]
  })
  const main = sources['.'] ?? ''
  // TypeScript reads these where its `moduleResolution` is `node10`, which knows no `exports`.
  const paths = Object.entries(sources)
    .filter(([entry]) => entry !== '.')
    .map(([entry, source]) => [entry.replace('./', ''), [builtFile(source, '.d.cts')]])
  return {
    main: builtFile(main, '.cjs'),
    types: builtFile(main, '.d.cts'),
    ...(paths.length > 0 && { typesVersions: { '*': Object.fromEntries(paths) } }),
    exports: Object.fromEntries(exports),
  }
}

/** What is built of a source: `./src/index.ts` gives `./dist/index.js`. */
export function builtFile(source: string, ending: '.js' | '.cjs' | '.d.ts' | '.d.cts'): string {
  return source.replace('./src/', './dist/').replace(/\.ts$/, ending)
}

import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RenderedChunk, rolldown } from 'rolldown'
import { builtFile } from './exports.ts'

/** What is published as ES modules only is taken inside: who needs our CommonJS could not load it. */
const esOnly = /^@noble\//

/**
 * Builds from the ES modules in `dist` one `.cjs` for each entry. What several entries need lies in files of their own, so that there is
 * one of each class whichever entries a program loads.
 */
export async function buildCommonJS(exports: Readonly<Record<string, string>>): Promise<void> {
  const files = Object.values(exports).map((source) => builtFile(source, '.js'))
  const build = await rolldown({
    input: Object.fromEntries(files.map((file) => [file.replace(/^\.\/dist\/|\.js$/g, ''), file])),
    external: (id) => !/^[./]/.test(id) && !esOnly.test(id),
    platform: 'node',
  })
  await build.write({
    dir: 'dist',
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    // jest has no `import()` inside a dependency.
    dynamicImportInCjs: false,
    comments: { legal: true, annotation: false, jsdoc: false },
    postBanner: (chunk) => licences(chunk, /^.*[/\\]node_modules[/\\]@noble[/\\][^/\\]+/),
    codeSplitting: {
      minShareCount: 2,
      // Only tests load the kit.
      groups: [
        { name: 'shared', test: /[/\\]dist[/\\](?!conformance)/, priority: 1 },
        { name: 'conformance/shared', test: /[/\\]dist[/\\]conformance[/\\]/ },
      ],
    },
  })
  await build.close()
}

/** The licences of what was taken inside, whose folders `inside` matches, which have to go with it. */
export function licences({ moduleIds }: Pick<RenderedChunk, 'moduleIds'>, inside: RegExp): string {
  const roots = moduleIds.flatMap((id) => inside.exec(id)?.[0] ?? [])
  const texts = [...new Set(roots)].map((root) => {
    const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    return `/*!\nContains ${name} ${version}.\n\n${readFileSync(join(root, 'LICENSE'), 'utf8').trim()}\n*/\n`
  })
  return texts.join('')
}

/** The types of the same modules for a program in CommonJS: they say the same, and import from one another. */
export function writeCommonJSTypes(): void {
  for (const file of globSync('dist/**/*.d.ts')) {
    const text = readFileSync(file, 'utf8').replaceAll(
      /(from |import\()(['"])(\.{1,2}\/[^'"]+)\.[jt]s\2/g,
      '$1$2$3.cjs$2',
    )
    writeFileSync(file.replace(/\.d\.ts$/, '.d.cts'), text)
  }
}

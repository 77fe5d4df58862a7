import { join } from 'node:path'
import { root, type Stranger } from './stranger.ts'

/** Checks a stranger's module with this repository's TypeScript, which an own copy would only repeat. */
export async function typeCheck(
  stranger: Stranger,
  source: string,
  options: { skipLibCheck: boolean; types?: string[] },
): Promise<void> {
  stranger.write('src/consumer.ts', source)
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023'],
    strict: true,
    noEmit: true,
    types: [],
  }
  stranger.write(
    'tsconfig.json',
    JSON.stringify({ compilerOptions: { ...compilerOptions, ...options }, include: ['src'] }),
  )
  await stranger.run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'])
}

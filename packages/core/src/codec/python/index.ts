export { pythonCodec } from './python-codec.ts'
export type { Variant as PythonVariant } from './variant.ts'
export { variants as pythonVariants } from './variants.ts'

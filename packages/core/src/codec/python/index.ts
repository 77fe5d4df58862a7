export { pythonCodec } from './python-codec.ts'

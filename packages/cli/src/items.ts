export { visible, visibleLine } from './output/visible.ts'
export { type Fields, type ItemKind, isMessage, itemKind, type Speaker } from './transcript/item-kind.ts'

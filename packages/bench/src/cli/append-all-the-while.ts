/** A program: appends to a session of a SQLite file all the while, until its input ends; then says how long the longest append took. `<file>` */
import { SQLiteStore } from '@sessions/sqlite'

const [path = ''] = process.argv.slice(2)
let isOver = false
process.stdin.on('end', () => {
  isOver = true
})
process.stdin.resume()
await using store = new SQLiteStore({ path })
const session = store.session('written all the while')
await session.addItems([{ role: 'user', content: 'the first' }])
console.log('ready')
const took: number[] = []
while (!isOver) {
  const begin = performance.now()
  await session.addItems([{ role: 'user', content: 'another' }])
  took.push(performance.now() - begin)
  // As writers do who have something else to do.
  await new Promise((resolve) => setTimeout(resolve, 1))
}
took.sort((a, b) => b - a)
console.log(
  JSON.stringify({ count: took.length, longest: took[0], median: took[took.length >> 1], slow: took.slice(0, 5) }),
)

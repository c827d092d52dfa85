/** Runs the benchmarks beside this file, `*.bench.ts`: all of them, or those whose name contains an argument. */
import { readdirSync } from 'node:fs'

const wanted = process.argv.slice(2)
const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .sort()

if (files.length === 0) {
  console.error(
    `no benchmark${wanted.length > 0 ? ` named ${wanted.join(' or ')}` : ''}: expected bench/src/*.bench.ts`,
  )
  process.exitCode = 2
}
for (const file of files) {
  console.log(`\n# ${file}`)
  await import(`./${file}`)
}

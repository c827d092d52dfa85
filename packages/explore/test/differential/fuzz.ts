/**
 * The differential test at length: that the reduced search sees every outcome of programs that nobody wrote.
 *
 *     pnpm run fuzz netbsd 1 5000 [schedules]
 *
 * Prints each seed that shows a difference, and exits with 1 when one did.
 */
import { freebsd } from './freebsd.js'
import { compareAll } from './harness.js'
import { netbsd } from './netbsd.js'
import { openbsd } from './openbsd.js'

const [name = '', first = '1', last = '1000', schedules = '60'] = process.argv.slice(2)
const system = [freebsd, netbsd, openbsd].find((candidate) => candidate.name.startsWith(name))
if (system === undefined || name === '') throw new TypeError('a system is expected: netbsd, openbsd or freebsd')

const sum = {
  whole: 0,
  partly: 0,
  tooBig: 0,
  schedules: 0,
  reduced: 0,
  redundant: 0,
  infeasible: 0,
  telling: 0,
  wrong: 0,
}
for (let seed = Number(first); seed <= Number(last); seed++) {
  const { wrong, ...counts } = compareAll(system, [seed], Number(schedules))
  for (const line of wrong) console.log(line)
  sum.wrong += wrong.length
  for (const [key, count] of Object.entries(counts) as [Exclude<keyof typeof sum, 'wrong'>, number][]) sum[key] += count
  if (seed % 100 === 0) console.log(`up to seed ${seed}: ${JSON.stringify(sum)}`)
}
console.log(`${system.name}, seeds ${first} to ${last}: ${JSON.stringify(sum)}`)
if (sum.wrong > 0) process.exitCode = 1

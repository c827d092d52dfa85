import { cases as a } from './raw.bench.js'
import { cases as b } from './kernel.bench.js'
import { cases as c } from './peers.bench.js'
import { measure, clockName } from './measure.js'
const which = process.argv[2] ?? ''
const rounds = Number(process.argv[3] ?? 5)
const all = [...a,...b,...c]
const figs = await measure(all.filter((c: any) => (!process.env.NORAW && c.name.startsWith('raw')) || which.split(',').some((w) => c.name.endsWith(w))), rounds)
console.log(clockName)
for (const [name, f] of figs) console.log(name.padEnd(50), f.unit.padEnd(8), f.median.toFixed(1).padStart(9), f.min.toFixed(1).padStart(9))

import { measure, clockName } from './measure.js'
const which = process.argv[2] ?? ''
const rounds = Number(process.argv[3] ?? 5)
const all = []
for (const f of ['raw', 'kernel', 'peers']) all.push(...(await import(`./${f}.bench.ts`)).cases)
const figs = await measure(all.filter((c: any) => c.name.startsWith('raw') || which.split(',').some((w) => c.name.includes(w))), rounds)
console.log(clockName)
for (const [name, f] of figs) console.log(name.padEnd(50), f.unit.padEnd(8), f.median.toFixed(1).padStart(9), f.min.toFixed(1).padStart(9))

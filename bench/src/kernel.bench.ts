/** kt's own kernels. */
import * as netbsd10 from '@kt/netbsd/10.1'
import * as netbsd6 from '@kt/netbsd/6'
import type { Case } from './measure.js'
import { condvarTurns, finish, lives, lockAndUnlock, pingPong, ring, type CreateKernel } from './scenarios.js'

const SWITCHES = 200_000
const TURNS = 100_000

function casesOf(release: string, createKernel: CreateKernel): Case[] {
  const name = (what: string) => `kt ${release}: ${what}`
  const switching = (what: string, run: Case['run'], operations = SWITCHES): Case => ({
    name: name(what),
    unit: 'switch',
    operations,
    run,
  })
  return [
    switching('sleep/wakeup', (n) => pingPong(createKernel(), n, 0)),
    switching('sleep/wakeup, trace on', (n) => pingPong(createKernel({ trace: true }), n, 0)),
    // On two CPUs a wakeup can come between the look at whose turn it is and the sleep; the time-out mends that.
    switching('sleep/wakeup, armed time-out', (n) => pingPong(createKernel(), n, 1)),
    switching('sleep/wakeup, armed time-out, 2 CPUs', (n) => pingPong(createKernel({ ncpu: 2 }), n, 1)),
    switching('sleep/wakeup, armed time-out, 8 CPUs', (n) => pingPong(createKernel({ ncpu: 8 }), n, 1)),
    ...[2, 1000, 100_000].map((threads): Case => ({
      name: name(`yield, ring of ${threads}`),
      unit: 'yield',
      operations: 500_000,
      run: (n, watch) => ring(createKernel(), threads, n, watch),
    })),
    {
      name: name('create, exit, join'),
      unit: 'life',
      operations: TURNS,
      run: (n) => lives(createKernel(), n, true),
    },
    {
      name: name('create, exit'),
      unit: 'life',
      operations: TURNS,
      run: (n) => lives(createKernel(), n, false),
    },
    {
      name: name('lock and unlock, alone'),
      unit: 'pair',
      operations: 500_000,
      run: (n) => lockAndUnlock(createKernel(), n),
    },
    { name: name('mutex and condvar'), unit: 'turn', operations: TURNS, run: (n) => condvarTurns(createKernel(), n) },
    {
      name: name('fresh kernel, 2 CPUs'),
      unit: 'kernel',
      operations: 2000,
      run(n) {
        for (let made = 0; made < n; made++) createKernel({ ncpu: 2 })
      },
    },
    {
      name: name('fresh kernel, 2 CPUs, booted'),
      unit: 'kernel',
      operations: 500,
      run(n) {
        for (let made = 0; made < n; made++) finish(createKernel({ ncpu: 2 }).boot(idle))
      },
    },
  ]
}

function* idle(): netbsd10.Steps<void> {}

export const cases: readonly Case[] = [
  ...casesOf('10.1', netbsd10.createKernel),
  ...casesOf('6', netbsd6.createKernel),
  {
    name: 'kt 10.1: sleep/wakeup, announced',
    unit: 'switch',
    operations: 100_000,
    run: (n) => pingPong(netbsd10.createKernel({ oracle: netbsd10.usualOracle() }), n, 0),
  },
]

/** What the figures are held against: ratios within one run, because absolute figures move from machine to machine. */

/** All figures by name; throws when there is none of that name. */
export type Figures = (name: string) => number

export interface Goal {
  readonly name: string
  readonly good: number
  readonly superb: number
  /** True where more is better. */
  readonly higher?: true
  readonly of: (figure: Figures) => number
}

const KT = 'kt 10.1: '
const RAW = 'raw: two generators, resumed alternately'

const against =
  (name: string, other: string): Goal['of'] =>
  (figure) =>
    figure(name) / figure(other)

export const goals: readonly Goal[] = [
  { name: 'sleep/wakeup : raw', good: 10, superb: 6.5, of: against(`${KT}sleep/wakeup`, RAW) },
  {
    name: 'sleep/wakeup, trace on : off',
    good: 1.25,
    superb: 1.08,
    of: against(`${KT}sleep/wakeup, trace on`, `${KT}sleep/wakeup`),
  },
  {
    name: 'yield, ring of 100000 : of 2',
    good: 2,
    superb: 1.3,
    of: against(`${KT}yield, ring of 100000`, `${KT}yield, ring of 2`),
  },
  {
    name: 'Effect ping-pong : sleep/wakeup',
    good: 4,
    superb: 6,
    higher: true,
    of: against('Effect: ping-pong', `${KT}sleep/wakeup`),
  },
  {
    name: 'pthread mutex + condvar, one core : mutex and condvar',
    good: 30,
    superb: 50,
    higher: true,
    of: against('pthread: mutex and condvar, one core', `${KT}mutex and condvar`),
  },
  {
    name: 'create, exit, join : raw create and run',
    good: 10,
    superb: 5.5,
    of: against(`${KT}create, exit, join`, 'raw: a generator, created and run to its end'),
  },
  { name: 'bytes of a sleeping thread', good: 800, superb: 400, of: (figure) => figure(`${KT}sleeping thread`) },
  {
    name: 'sleep/wakeup, 2 CPUs : 1 CPU',
    good: 2,
    superb: 1.1,
    of: against(`${KT}sleep/wakeup, armed time-out, 2 CPUs`, `${KT}sleep/wakeup, armed time-out`),
  },
  {
    name: 'sleep/wakeup, 8 CPUs : 1 CPU',
    good: 3,
    superb: 1.2,
    of: against(`${KT}sleep/wakeup, armed time-out, 8 CPUs`, `${KT}sleep/wakeup, armed time-out`),
  },
  { name: 'mutex and condvar : raw', good: 20, superb: 7.5, of: against(`${KT}mutex and condvar`, RAW) },
  { name: 'lock and unlock : raw', good: 9, superb: 2.7, of: against(`${KT}lock and unlock, alone`, RAW) },
  {
    name: 'fresh kernel, 2 CPUs, microseconds',
    good: 10,
    superb: 2,
    of: (figure) => figure(`${KT}fresh kernel, 2 CPUs`) / 1000,
  },
  { name: 'a million threads, seconds', good: 6, superb: 2, of: (figure) => figure(`${KT}a million threads`) },
]

export type Mark = 'superb' | 'good' | 'miss'

export function mark({ good, superb, higher }: Goal, value: number): Mark {
  const reaches = (goal: number) => (higher === true ? value >= goal : value <= goal)
  return reaches(superb) ? 'superb' : reaches(good) ? 'good' : 'miss'
}

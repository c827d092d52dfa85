import { expect, test } from 'vitest'
import { restingPs } from '../src/report/html/resting-ps.js'
import type { ReportedStory } from '../src/report/topics.js'
import { answer, cell, story } from './reported.js'

const HEAD = '  LID NLWP CPU NAME'
const IDLE = '    2   17   0 idle/0'
const SYNCER = '    3   17   1 syncer'

/** A story whose run ended with this `ps`. */
function ended(what: string, ...lines: readonly string[]): ReportedStory {
  const evidence = { ...answer('').evidence!, ps: [HEAD, ...lines].join('\n') }
  return story(what, cell(`join/${what}`, 'conforms', { page: answer('it is gone', { evidence }) }))
}

const stories = Array.from({ length: 10 }, (_, at) =>
  ended(`run-${at}`, IDLE, SYNCER, ...(at < 7 ? ['   27   18   0 (zombie)'] : [])),
)
const resting = restingPs(stories)
const besides = (...lines: readonly string[]): unknown => resting.besides('netbsd/10.1', [HEAD, ...lines].join('\n'))

test('what nearly every run shows is of the system, and what most show is not', () => {
  expect(resting.linesOf('netbsd/10.1')).toEqual([IDLE, SYNCER])
})

test('how many threads there are and on which CPU changes nothing about a line', () => {
  const lines = ['    2   19   1 idle/0', '    3   19   0 syncer', '   27   19   0 worker']
  expect(besides(...lines)).toEqual({ lines: [HEAD, lines[2]], missing: [], left: 2 })
})

test('a line that is missing is told, and where most are, all is told', () => {
  const more = restingPs(stories.map(({ id }) => ended(id.slice(5), IDLE, SYNCER, '    4   17   1 ioflush')))
  const left = more.besides('netbsd/10.1', [HEAD, IDLE, SYNCER].join('\n'))
  expect(left).toEqual({ lines: [HEAD], missing: ['    4   17   1 ioflush'], left: 2 })
  expect(besides(IDLE)).toBeNull()
})

test('of one run nothing is told apart', () => {
  expect(restingPs(stories.slice(0, 1)).linesOf('netbsd/10.1')).toEqual([])
})

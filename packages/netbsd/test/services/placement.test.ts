import { describe, expect, it } from 'vitest'
import type { Steps } from '../../src/releases/10.1.js'
import { MS, releases, spawn, valueOf } from './releases.js'

describe.each(releases)('where a thread goes on NetBSD $release', ({ createKernel, release }) => {
  it('new ones go to one CPU in 6, to the next idle one around in 10', () => {
    const k = createKernel({ ncpu: 4 })
    const places: number[] = []
    const outcome = k.boot(function* () {
      // It keeps its CPU busy, so that it neither leaves it to a new thread nor takes one from where it is queued.
      yield* spawn(k, 'creator', function* () {
        for (let n = 0; n < 5; n++) {
          yield* spawn(k, `t${n}`, function* () {
            places.push(k.cpu_index(k.curcpu()))
            yield* k.work(MS)
          })
          yield* k.work(2 * MS)
        }
      }, { ci: k.cpu_lookup(3)! }) // prettier-ignore
      yield* k.kpause('pause', false, 10, null)
    })
    expect(outcome.kind).toBe('done')
    const first = places[0]!
    if (release === '6') expect(places).toEqual([first, first, first, first, first])
    else expect(places).toEqual([0, 1, 2, 3, 4].map((n) => (first + n) % 3))
  })

  it('one that is woken goes to its own if that idles, else to the idle one with the lowest number', () => {
    const k = createKernel({ ncpu: 4 })
    const outcome = k.boot(function* () {
      const places: number[] = []
      function* sleeper(): Steps<void> {
        for (let n = 0; n < 3; n++) {
          yield* k.tsleep('x', k.PRI_NONE, 'x', 0)
          places.push(k.cpu_index(k.curcpu()))
        }
      }
      function* waker(): Steps<void> {
        yield* spawn(k, 'sleeper', sleeper)
        for (let n = 0; n < 3; n++) {
          yield* k.work(MS)
          // From the second time on its own is busy.
          if (n > 0)
            yield* spawn(
              k,
              `hog ${n}`,
              function* () {
                yield* k.work(100 * MS)
              },
              { ci: k.cpu_lookup(places[n - 1]!)! },
            )
          yield* k.work(MS)
          yield* k.wakeup('x')
          yield* k.work(MS)
        }
      }
      yield* spawn(k, 'waker', waker, { ci: k.cpu_lookup(3)! })
      yield* k.kpause('pause', false, 10, null)
      return places
    })
    const [home, ...later] = valueOf(outcome)
    expect(later).toEqual([0, 1, 2].filter((index) => index !== home))
  })
})

import type { Story } from '../story.js'

const LACKS = { clauses: [], lacks: 'kthread_fpu_enter' } as const

/** Only one release lets kernel threads use the unit by calls of its own. */
const OTHERS = {
  'netbsd/6': LACKS,
  'openbsd/4.2': LACKS,
  'openbsd/5.1': LACKS,
  'freebsd/8.0': LACKS,
} as const

const ALIKE: Story['alike'] = [['netbsd/10.1'], ['netbsd/6', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']]

const BITES =
  'Without such a window an instruction of the unit in a kernel thread traps, or spoils what a user has in its registers.'

export const fpuStories: readonly Story[] = [
  {
    id: 'fpu/allowed',
    topic: 'fpu',
    asks: 'May a kernel thread use the floating-point unit?',
    differ:
      'On NetBSD 10.1 it may, between kthread_fpu_enter() and kthread_fpu_exit(); the others have no such calls for a thread, only OpenBSD 5.1 on x86 a pair for short stretches, fpu_kernel_enter(), which kt does not model.',
    bites: BITES,
    alike: ALIKE,
    cells: { ...OTHERS, 'netbsd/10.1': { clauses: ['NB10-KT-14', 'NB10-KT-50', 'NB-D-16'] } },
    *tell(os) {
      const read = os.k.cell(0, { name: 'read', atomic: true })
      const thread = yield* os.create(
        function* () {
          const s = yield* os.fpuEnter()
          yield* os.fpuStore(42)
          yield* read.write(yield* os.fpuLoad())
          yield* os.fpuExit(s)
        },
        { isAwaited: true },
      )
      yield* os.wait(thread.thread!)
      return (yield* read.read()) === 42 ? 'it may, once it has entered' : 'its registers are not its own'
    },
  },
  {
    id: 'fpu/outside',
    topic: 'fpu',
    asks: 'And before it enters, or after it has left?',
    differ:
      'NetBSD 10.1 panics at the first instruction of the unit outside the window; the others have no window that follows a thread.',
    bites: BITES,
    alike: ALIKE,
    cells: { ...OTHERS, 'netbsd/10.1': { clauses: ['NB10-KT-15'] } },
    *tell(os) {
      const made = yield* os.create(
        function* () {
          yield* os.fpuExit(yield* os.fpuEnter())
          yield* os.fpuStore(42)
        },
        { isAwaited: true },
      )
      yield* os.wait(made.thread!)
      return 'nothing happens'
    },
  },
  {
    id: 'fpu/nested',
    topic: 'fpu',
    asks: 'May windows nest, and which exit closes them?',
    differ:
      'On NetBSD 10.1 the exit that is given the first cookie closes the window and zeroes the registers; the others have no window that follows a thread.',
    bites: null,
    alike: ALIKE,
    cells: { ...OTHERS, 'netbsd/10.1': { clauses: ['NB10-KT-51', 'NB10-KT-53', 'NB10-KT-54', 'NB10-KT-55'] } },
    *tell(os) {
      const read = os.k.cell(0, { name: 'read', atomic: true })
      const made = yield* os.create(
        function* () {
          const outer = yield* os.fpuEnter()
          yield* os.fpuStore(42)
          const inner = yield* os.fpuEnter()
          yield* os.fpuExit(inner)
          yield* read.write(yield* os.fpuLoad())
          yield* os.fpuExit(outer)
        },
        { isAwaited: true },
      )
      yield* os.wait(made.thread!)
      const inside =
        (yield* read.read()) === 42 ? 'the inner exit changes nothing' : 'the inner exit spoils the registers'
      return `${inside}, and the outer one leaves ${os.fpuIsClean() ? 'zeros' : 'the registers as they are'}`
    },
  },
  {
    id: 'fpu/sleep',
    topic: 'fpu',
    asks: 'Are the registers kept over a sleep in which another thread uses the unit?',
    differ:
      'On NetBSD 10.1 they follow the thread, whoever has the unit meanwhile; the others have no window that follows a thread.',
    bites: null,
    alike: ALIKE,
    cells: { ...OTHERS, 'netbsd/10.1': { clauses: ['NB-G-13'] } },
    options: { ncpu: 1 },
    schedules: 'own',
    *tell(os) {
      const read = os.k.cell(0, { name: 'read', atomic: true })
      const other = os.happening('other')
      const made = yield* os.create(
        function* () {
          const s = yield* os.fpuEnter()
          yield* os.fpuStore(42)
          yield* os.create(function* () {
            const own = yield* os.fpuEnter()
            yield* os.fpuStore(7)
            yield* os.fpuExit(own)
            yield* other.raise()
          })
          yield* other.wait()
          yield* read.write(yield* os.fpuLoad())
          yield* os.fpuExit(s)
        },
        { isAwaited: true },
      )
      yield* os.wait(made.thread!)
      return (yield* read.read()) === 42 ? 'they are kept' : 'they are lost'
    },
  },
  {
    id: 'fpu/leave-unbalanced',
    topic: 'fpu',
    asks: 'What if the cookies are given back in the wrong order?',
    differ:
      'On NetBSD 10.1 the first cookie closes the window at once, and the exit after it panics; the others have no window that follows a thread.',
    bites:
      'Nothing counts the windows: a cookie that is stored where two functions share it closes the window of the other.',
    alike: ALIKE,
    cells: { ...OTHERS, 'netbsd/10.1': { clauses: ['NB10-KT-51', 'NB-G-17'] } },
    *tell(os) {
      const made = yield* os.create(
        function* () {
          const outer = yield* os.fpuEnter()
          const inner = yield* os.fpuEnter()
          yield* os.fpuExit(outer)
          yield* os.fpuExit(inner)
        },
        { isAwaited: true },
      )
      yield* os.wait(made.thread!)
      return 'nothing happens'
    },
  },
  {
    id: 'fpu/left-open',
    topic: 'fpu',
    asks: 'What is left in the registers if a thread ends inside its window?',
    differ:
      'The page of NetBSD 10.1 has the registers zeroed, and its kernel leaves what the thread had in them; the others have no window that follows a thread.',
    bites: 'A thread that ends in its window may leave keys in the registers: leave the window first.',
    alike: ALIKE,
    cells: { ...OTHERS, 'netbsd/10.1': { clauses: ['NB10-KT-52', 'NB10-KT-55', 'NB-D-18', 'NB-G-12'] } },
    schedules: 'own',
    *tell(os) {
      const made = yield* os.create(
        function* () {
          yield* os.fpuEnter()
          yield* os.fpuStore(42)
        },
        { isAwaited: true },
      )
      yield* os.wait(made.thread!)
      yield* os.pause(10)
      return os.fpuIsClean() ? 'zeros' : 'what the thread had there'
    },
  },
]

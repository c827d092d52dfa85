import type { Story } from '../story.js'

const CHARACTERS_40 = 'abcdefghijklmnopqrstuvwxyz-0123456789-xy'

/** The last column of ps, in the line of a thread by what its name begins with. */
function shown(ps: string, start: string): string {
  const line = ps.split('\n').find((text) => text.includes(start))
  return line === undefined ? 'nothing' : line.trim().split(/\s+/).at(-1)!
}

export const nameStories: readonly Story[] = [
  {
    id: 'name/formatted',
    topic: 'name',
    asks: 'Is the name a format, and what does ps make of it?',
    differ:
      'All format it as printf(9) does; ps on NetBSD shows the name of the LWP, on OpenBSD that of a process in parentheses, and on FreeBSD that of the process before that of the thread.',
    bites: 'A script that looks for a name in the output of ps has to look for something else on each.',
    alike: [['netbsd/6', 'netbsd/10.1'], ['openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-29', 'NB6-KT-31'] },
      'netbsd/10.1': { clauses: ['NB10-KT-31'] },
      'openbsd/4.2': { clauses: ['OB-KT-19'] },
      'openbsd/5.1': { clauses: ['OB-KT-19'] },
      'freebsd/8.0': { clauses: ['FB8-KT-40', 'FB8-KT-41'] },
    },
    schedules: 'own',
    *tell(os) {
      const { thread } = yield* os.createBy(() => os.exit(0), { fmt: '%s%d/%02x', args: ['disk', 3, 10] })
      return `the name is ${thread!.name()}, and ps shows ${shown(os.k.psText(), 'disk')}`
    },
  },
  {
    id: 'name/truncated',
    topic: 'name',
    asks: 'How much of a name of 40 characters is left?',
    differ:
      'NetBSD keeps 15 characters, OpenBSD 16 and FreeBSD 19, of which lists show 16; none of them says a word when it cuts.',
    bites:
      'Names that differ only after the fifteenth character are one name on NetBSD, and code that compares names takes one thread for the other.',
    alike: [['netbsd/6', 'netbsd/10.1'], ['openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB-D-19'] },
      'netbsd/10.1': { clauses: ['NB-D-19'] },
      'openbsd/4.2': { clauses: ['OB-D-15', 'OB-Q-04'] },
      'openbsd/5.1': { clauses: ['OB-D-15', 'OB-Q-04'] },
      'freebsd/8.0': { clauses: ['FB8-D-22'] },
    },
    schedules: 'own',
    *tell(os) {
      const { thread } = yield* os.createBy(() => os.exit(0), { fmt: '%s', args: [CHARACTERS_40] })
      const inPs = shown(os.k.psText(), 'abc')
      let letters = 0
      while (inPs.includes(CHARACTERS_40.slice(0, letters + 1))) letters++
      return `${thread!.name().length} characters are left, ${letters} of them in ps`
    },
  },
  {
    id: 'name/empty',
    topic: 'name',
    asks: 'What does ps show for a thread with an empty name?',
    differ:
      'All accept it; ps then shows [system] on NetBSD, an empty pair of parentheses on OpenBSD, and twice the name of the process on FreeBSD.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1'], ['openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: [] },
      'netbsd/10.1': { clauses: [] },
      'openbsd/4.2': { clauses: [] },
      'openbsd/5.1': { clauses: [] },
      'freebsd/8.0': { clauses: ['FB8-O-17'] },
    },
    schedules: 'own',
    *tell(os) {
      const before = os.k.psText().split('\n')
      yield* os.createBy(() => os.exit(0), { fmt: '' })
      const after = os.k.psText().split('\n')
      const columns = after.filter((line) => !before.includes(line)).map((line) => line.trim().split(/\s+/).at(-1)!)
      return `ps shows ${columns.join(' ')}`
    },
  },
  {
    id: 'name/process',
    topic: 'name',
    asks: 'What is the process called that the thread is in?',
    differ:
      'On NetBSD it is swapper and on FreeBSD kernel, process 0 with all its threads; on OpenBSD the thread is a process, and the name is its own.',
    bites:
      'Who looks for the thread in a list of processes finds it on OpenBSD only; elsewhere the threads of process 0 have to be asked for.',
    alike: [['netbsd/6', 'netbsd/10.1'], ['openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-06', 'NB6-KT-12'] },
      'netbsd/10.1': { clauses: ['NB10-KT-08', 'NB10-KT-13'] },
      'openbsd/4.2': { clauses: ['OB-KT-06', 'OB-KT-19'] },
      'openbsd/5.1': { clauses: ['OB-KT-06', 'OB-KT-19'] },
      'freebsd/8.0': { clauses: ['FB8-KT-26', 'FB8-KT-30'] },
    },
    *tell(os) {
      const where = os.log()
      const { thread } = yield* os.create(
        function* () {
          yield* where.add(os.here().process.name)
        },
        { isAwaited: true },
      )
      yield* os.wait(thread!)
      return `worker is in process ${(yield* where.lines()).join()}`
    },
  },
]

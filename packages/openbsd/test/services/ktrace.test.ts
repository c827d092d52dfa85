import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { KdumpOptions, Steps } from '../../src/releases/5.1.js'
import * as ob51 from '../../src/releases/5.1.js'
import { MS, pause, releases, valueOf } from './runs.js'

/** The lines of a traced process, apart from its number. */
function lines(k: OpenbsdKernel, options?: KdumpOptions): string[] {
  return k
    .kdump(options)
    .split('\n')
    .map((line) => line.slice(7))
}

/** Runs a traced process of root to its end. */
function traced(k: OpenbsdKernel, body: () => Steps, name = 'prog'): OpenbsdKernel {
  valueOf(
    k.boot(function* () {
      k.process({ name, ktrace: true }, body)
      yield* pause(k, 20)
    }),
  )
  return k
}

const params = { tf_tcb: null, tf_tid: null, tf_flags: 0 }

describe('kdump of __tfork on OpenBSD 5.1', () => {
  it('shows the creation of a thread: number in front bare, in the result with the offset, and rfork in the thread', () => {
    // With this seed the process gets 4321 and the thread 12345.
    const k = ob51.createKernel({ pidSeed: 277_257_968 })
    k.sysctl('kern.rthreads', 1)
    k.process({ name: 'prog', ktrace: true }, function* () {
      const { end } = yield* k.mmap(65_536)
      yield* k.__tfork_thread(params, end, function* () {}, null)
      yield* k.nanosleep(20 * MS)
    })
    valueOf(k.boot(() => pause(k, 5)))
    expect(`\n${k.kdump()}`).toBe(`
  4321 prog     CALL  mmap(0,0x10000)
  4321 prog     RET   mmap 8589934592/0x200000000
  4321 prog     CALL  __tfork(0x7f7ffffeeff0)
  4321 prog     RET   __tfork 1012345/0xf7279
  4321 prog     CALL  nanosleep(0x1312d00)
 12345 prog     RET   rfork 0
 12345 prog     CALL  __threxit(0)
  4321 prog     RET   nanosleep 0
  4321 prog     CALL  exit(0)`)
  })

  it('a failure says why', () => {
    const k = ob51.createKernel()
    traced(k, function* () {
      yield* k.__tfork_thread(params, 0, null, null)
      k.sysctl('kern.rthreads', 1)
      yield* k.__tfork_thread({ ...params, tf_flags: 1 }, 0, null, null)
      k.sysctl('kern.maxproc', 1)
      yield* k.__tfork_thread(params, 0, null, null)
      k.sysctl('kern.maxproc', 100)
      k.inject({ at: 'uarea' })
      yield* k.rawTfork(params, function* () {})
      yield* k.__tfork_thread(null, 0, null, null)
    })
    expect(lines(k).filter((line) => line.includes('RET'))).toEqual([
      'prog     RET   __tfork -1 errno 91 Not supported',
      'prog     RET   __tfork -1 errno 22 Invalid argument',
      'prog     RET   __tfork -1 errno 35 Resource temporarily unavailable',
      'prog     RET   __tfork -1 errno 12 Cannot allocate memory',
      'prog     RET   __tfork -1 errno 14 Bad address',
    ])
    expect(lines(k).at(-2)).toBe('prog     RET   __tfork -1 errno 14 Bad address')
    expect(lines(k).filter((line) => line === 'prog     CALL  __tfork(0)')).toHaveLength(1)
  })

  it('a thread that exits has a CALL and no RET; one that may not gets its error', () => {
    const k = ob51.createKernel()
    traced(k, function* () {
      yield* k.__threxit(null)
      k.sysctl('kern.rthreads', 1)
      yield* k.__threxit(null)
    })
    expect(lines(k)).toEqual([
      'prog     CALL  __threxit(0)',
      'prog     RET   __threxit -1 errno 22 Invalid argument',
      'prog     CALL  __threxit(0)',
    ])
  })

  it('settings belong to the process: its threads are traced from birth, and untraced together', () => {
    const k = ob51.createKernel()
    k.sysctl('kern.rthreads', 1)
    valueOf(
      k.boot(function* () {
        const process = k.process({ name: 'prog', ktrace: true }, function* () {
          const { end } = yield* k.mmap(65_536)
          yield* k.__tfork_thread(
            params,
            end,
            function* () {
              yield* k.getthrid()
              yield* k.nanosleep(50 * MS)
              yield* k.getthrid()
            },
            null,
          )
          yield* k.nanosleep(200 * MS)
        })!
        yield* pause(k, 3)
        k.ktrace(process, false)
        yield* pause(k, 10)
        k.ktrace(process, true)
        yield* pause(k, 20)
      }),
    )
    const threads = new Set(k.ktraceRecords.map(({ pid }) => pid))
    expect(threads.size).toBe(2)
    const seen = lines(k).map((line) => line.slice(9, 24).trim())
    expect(seen.filter((line) => line.startsWith('CALL  getthrid'))).toHaveLength(1)
    expect(seen.slice(-2)).toEqual(['RET   nanosleep', 'CALL  exit(0)'])
  })
})

describe.each(releases)('ktrace and kdump on OpenBSD $release', ({ createKernel }) => {
  it('a line: number in 6 columns, name in at least 8, tag, two blanks, body; results over 9 in both forms', () => {
    const k = createKernel({ pidSeed: 277_257_968 })
    k.process({ name: 'a-long-named-one', uid: 9, ktrace: true }, function* () {
      yield* k.getpid()
      yield* k.getuid()
      yield* k.getppid()
      yield* k.setuid(10)
      yield* k.close(77)
      yield* k.wait4(5, null, k.WNOHANG)
      return 300
    })
    valueOf(k.boot())
    expect(`\n${k.kdump()}`).toBe(`
  4321 a-long-named-one CALL  getpid()
  4321 a-long-named-one RET   getpid 4321/0x10e1
  4321 a-long-named-one CALL  getuid()
  4321 a-long-named-one RET   getuid 9
  4321 a-long-named-one CALL  getppid()
  4321 a-long-named-one RET   getppid 1
  4321 a-long-named-one CALL  setuid(0xa)
  4321 a-long-named-one RET   setuid -1 errno 1 Operation not permitted
  4321 a-long-named-one CALL  close(0x4d)
  4321 a-long-named-one RET   close -1 errno 9 Bad file descriptor
  4321 a-long-named-one CALL  wait4(0x5,0,0x1,0)
  4321 a-long-named-one RET   wait4 -1 errno 10 No child processes
  4321 a-long-named-one CALL  exit(0x12c)`)
  })

  it('a result has one form up to 9', () => {
    const k = createKernel()
    traced(k, function* () {
      for (let n = 0; n <= 10; n++) yield* k.open('/etc/rc')
    })
    const returns = lines(k).filter((line) => line.includes('RET'))
    expect(returns.slice(8)).toEqual(['prog     RET   open 8', 'prog     RET   open 9', 'prog     RET   open 10/0xa'])
  })

  it('-d prints arguments in decimal, and leaves results alone', () => {
    const k = createKernel()
    traced(k, function* () {
      yield* k.close(77)
      yield* k.getrlimit(k.RLIMIT_NPROC, null)
      yield* k.setuid(1000)
      yield* k.getuid()
    })
    expect(lines(k, { decimal: true })).toEqual([
      'prog     CALL  close(77)',
      'prog     RET   close -1 errno 9 Bad file descriptor',
      'prog     CALL  getrlimit(7,0)',
      'prog     RET   getrlimit -1 errno 14 Bad address',
      'prog     CALL  setuid(1000)',
      'prog     RET   setuid 0',
      'prog     CALL  getuid()',
      'prog     RET   getuid 1000/0x3e8',
      'prog     CALL  exit(0)',
    ])
  })

  it('-T stamps each line with its time, -R with the time since the line before, the first as -T', () => {
    const k = createKernel()
    valueOf(
      k.boot(function* () {
        yield* pause(k, 150)
        k.process({ name: 'prog', ktrace: true }, function* () {
          yield* k.user(1_234_567)
          yield* k.getppid()
          yield* k.user(5 * MS)
        })
        yield* pause(k, 10)
      }),
    )
    expect(lines(k, { timestamps: 'absolute' })).toEqual([
      'prog     1.501234 CALL  getppid()',
      'prog     1.501234 RET   getppid 1',
      'prog     1.506234 CALL  exit(0)',
    ])
    expect(lines(k, { timestamps: 'relative' })).toEqual([
      'prog     1.501234 CALL  getppid()',
      'prog     0.000000 RET   getppid 1',
      'prog     0.005000 CALL  exit(0)',
    ])
  })

  it('-R counts from the line before, not from a record that is not shown', () => {
    const k = createKernel()
    traced(k, function* () {
      yield* k.syscall('ioctl', function* () {
        yield* k.work(2 * MS)
        yield* k.tsleep('x', k.PWAIT, 'x', 1)
        yield* k.work(2 * MS)
      })
    })
    expect(lines(k, { timestamps: 'relative', trace: 'c' }).slice(0, 2)).toEqual([
      'prog     0.000000 CALL  ioctl()',
      'prog     0.012000 RET   ioctl 0',
    ])
    expect(lines(k, { timestamps: 'relative', trace: 'cw' }).slice(0, 4)).toEqual([
      'prog     0.000000 CALL  ioctl()',
      'prog     0.002000 CSW  stop kernel',
      'prog     0.008000 CSW  resume kernel',
      'prog     0.002000 RET   ioctl 0',
    ])
  })

  it('context switches: one record when it goes to sleep, one when it is back; only shown when asked for', () => {
    const k = createKernel()
    const rwl = k.RWLOCK_INITIALIZER('lock')
    valueOf(
      k.boot(function* () {
        yield* k.rw_enter_write(rwl)
        k.process({ name: 'prog', ktrace: true }, function* () {
          yield* k.syscall('ioctl', function* () {
            yield* k.tsleep('x', k.PWAIT, 'x', 2)
            yield* k.rw_enter_read(rwl)
          })
          yield* k.getppid()
        })
        yield* pause(k, 5)
        yield* k.rw_exit_write(rwl)
        yield* pause(k, 5)
      }),
    )
    const calls = [
      'prog     CALL  ioctl()',
      'prog     RET   ioctl 0',
      'prog     CALL  getppid()',
      'prog     RET   getppid 1',
      'prog     CALL  exit(0)',
    ]
    const [stop, resume] = ['prog     CSW  stop kernel', 'prog     CSW  resume kernel']
    expect(lines(k)).toEqual(calls)
    expect(lines(k, { trace: 'w' })).toEqual([stop, resume, stop, resume])
    expect(lines(k, { trace: 'cw' })).toEqual([calls[0], stop, resume, stop, resume, ...calls.slice(1)])
    const switches = k.ktraceRecords.filter((record) => record.type === 'CSW')
    expect(switches.map(({ out, timeNs }) => [out, timeNs / MS])).toEqual([
      [true, 0],
      [false, 20],
      [true, 20],
      [false, 50],
    ])
  })

  it('a stopped sleeper is back once, when it goes on', () => {
    const k = createKernel()
    valueOf(
      k.boot(function* () {
        const process = k.process({ name: 'prog', ktrace: true }, function* () {
          yield* k.syscall('ioctl', function* () {
            yield* k.tsleep('x', k.PWAIT | k.PCATCH, 'x', 10)
          })
        })!
        yield* pause(k, 2)
        yield* k.psignal(process.ps_mainproc!, k.SIGSTOP)
        yield* pause(k, 20)
        yield* k.psignal(process.ps_mainproc!, k.SIGCONT)
        yield* pause(k, 5)
      }),
    )
    const switches = k.ktraceRecords.filter((record) => record.type === 'CSW')
    expect(switches.map(({ out, timeNs }) => [out, timeNs / MS])).toEqual([
      [true, 0],
      [false, 220],
    ])
  })

  it('a call that is made again says RESTART, and is there twice; a caught signal is told before its return', () => {
    const k = createKernel()
    const handler = function* (): Steps<void> {
      yield* k.getpid()
    }
    valueOf(
      k.boot(function* () {
        const process = k.process({ name: 'prog', ktrace: true }, function* () {
          yield* k.sigaction(k.SIGUSR1, { handler, flags: k.SA_RESTART, mask: 0 }, null)
          yield* k.sigaction(k.SIGUSR2, { handler, flags: 0, mask: 0 }, null)
          yield* k.fork(function* () {
            yield* k.nanosleep(100 * MS)
          })
          yield* k.wait4(-1, null, 0)
        })!
        yield* pause(k, 3)
        yield* k.psignal(process.ps_mainproc!, k.SIGUSR1)
        yield* pause(k, 2)
        yield* k.psignal(process.ps_mainproc!, k.SIGUSR2)
        yield* pause(k, 20)
      }),
    )
    const seen = lines(k)
    const from = seen.findIndex((line) => line.includes('wait4('))
    expect(seen.slice(from).map((line) => line.slice(9).replace(/ \d+\/0x[0-9a-f]+$/, ' N'))).toEqual([
      expect.stringMatching(/^CALL {2}wait4\(0xf+,0,0,0\)$/),
      expect.stringMatching(/^PSIG {2}SIGUSR1 caught handler/),
      'RET   wait4 RESTART',
      'CALL  getpid()',
      'RET   getpid N',
      expect.stringMatching(/^CALL {2}wait4\(0xf+,0,0,0\)$/),
      expect.stringMatching(/^PSIG {2}SIGUSR2 caught handler/),
      'RET   wait4 -1 errno 4 Interrupted system call',
      'CALL  getpid()',
      'RET   getpid N',
      'CALL  exit(0)',
    ])
  })

  it('a signal that ends the process is the last word; without -ts it is not shown', () => {
    const k = createKernel()
    traced(k, function* () {
      yield* k.kill(yield* k.getpid(), k.SIGTERM)
    })
    expect(lines(k, { trace: 's' })).toEqual([expect.stringMatching(/^prog {5}PSIG {2}SIGTERM SIG_DFL/)])
    expect(lines(k).at(-1)).toMatch(/PSIG/)
    expect(lines(k, { trace: 'c' }).at(-1)).toMatch(/CALL {2}kill\(0x[0-9a-f]+,0xf\)$/)
  })

  it('children are traced only with inherit, and then theirs too', () => {
    const tracedPids = (ktrace: true | 'inherit') => {
      const k = createKernel()
      valueOf(
        k.boot(function* () {
          k.process({ name: 'prog', ktrace }, function* () {
            yield* k.fork(function* () {
              yield* k.fork(function* () {
                yield* k.getppid()
              })
            })
          })
          k.process({ name: 'other' }, function* () {
            yield* k.getppid()
          })
          yield* pause(k, 5)
        }),
      )
      return [new Set(k.ktraceRecords.map(({ pid }) => pid)).size, k.kdump().includes('other')]
    }
    expect(tracedPids(true)).toEqual([1, false])
    expect(tracedPids('inherit')).toEqual([3, false])
  })

  it('a child begins with the return of the call that made it', () => {
    const k = createKernel()
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog', ktrace: 'inherit' }, function* () {
          yield* k.fork(function* () {})
          yield* k.vfork(function* () {})
        })
        yield* pause(k, 5)
      }),
    )
    const own = k.ktraceRecords[0]!.pid
    const others = k.kdump().split('\n').filter((line) => !line.startsWith(String(own).padStart(6))) // prettier-ignore
    expect(others.map((line) => line.slice(16))).toEqual([
      'RET   fork 0',
      'CALL  exit(0)',
      'RET   vfork 0',
      'CALL  exit(0)',
    ])
  })

  it('what is not traced leaves nothing, kernel threads included', () => {
    const k = createKernel()
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog' }, function* () {
          yield* k.getpid()
          yield* k.nanosleep(20 * MS)
        })
        yield* pause(k, 5)
      }),
    )
    expect(k.ktraceRecords).toEqual([])
    expect(k.kdump()).toBe('')
  })

  it('switches it on and off, with and without inherit', () => {
    const k = createKernel()
    valueOf(
      k.boot(function* () {
        const process = k.process({ name: 'prog' }, function* () {
          for (let n = 0; n < 3; n++) {
            yield* k.user(10 * MS)
            yield* k.fork(function* () {})
          }
        })!
        yield* k.work(5 * MS)
        k.ktrace(process, false)
        yield* pause(k, 2)
        k.ktrace(process, true, true)
        yield* pause(k, 1)
        k.ktrace(process, true)
        yield* pause(k, 5)
      }),
    )
    const calls = k.ktraceRecords.filter(({ type }) => type === 'CALL')
    const names = calls.map((record) => (record.type === 'CALL' ? record.call : ''))
    expect(names.filter((call) => call === 'fork').length).toBe(2)
    // Of two children one was made while inheritance was on.
    expect(new Set(k.ktraceRecords.map(({ pid }) => pid)).size).toBe(2)
  })
})

describe('structures', () => {
  it.each(releases)(
    'OpenBSD $release records what fstat fills in 5.1, and only when it fills it',
    ({ createKernel, release }) => {
      const k = createKernel()
      const sb = k.ref<ob51.stat>()
      traced(k, function* () {
        yield* k.user(1_500_000_000)
        const fd = yield* k.open('/etc/passwd')
        expect(yield* k.fstat(fd, sb)).toBe(0)
        expect([yield* k.fstat(fd + 1, sb), k.errno]).toEqual([-1, k.EBADF])
        expect([yield* k.fstat(fd, null), k.errno]).toEqual([-1, k.EFAULT])
      })
      expect(sb.value).toMatchObject({ st_uid: 0, st_nlink: 1, st_mtim: { tv_sec: 1 } })
      const stru = lines(k).filter((line) => line.includes('STRU'))
      const at = (sb.value!.st_atim.tv_nsec / 1e9).toFixed(9).slice(1)
      const text =
        'prog     STRU  struct stat {dev=0, ino=3, mode=-rw-r--r-- , nlink=1, uid=0, gid=0, rdev=0, ' +
        `atime=1${at}, stime=1${at}, ctime=1${at}, size=0, blocks=0, blksize=16384, flags=0x0, gen=0x0 }`
      expect(stru).toEqual(release === '5.1' ? [text] : [])
      expect(lines(k, { trace: 'c' }).some((line) => line.includes('STRU'))).toBe(false)
    },
  )
})

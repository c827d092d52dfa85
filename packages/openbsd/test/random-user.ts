import { ThreadState, type Out, type Steps } from '@kt/core'
import type { Kernel as Kernel51 } from '../src/releases/5.1.js'
import { Word, type Mapping, type Proc, type ProcessRecord, type SignalAction } from '../src/public.js'
import type { AnyKernel, Player, Self } from './random-play.js'
import type { ProcessPlan, Target, UserPlan, UserStep } from './random-scenario.js'

type Step<K extends UserStep['do']> = Extract<UserStep, { do: K }>

/** What a user thread knows of itself. */
interface Me {
  readonly self: Self
  /** The last child it forked, thread it made, memory it mapped, and file it opened. */
  pid: number
  tid: number
  mapping: Mapping | null
  fd: number
}

/** A thread's number, and a process's. */
const THREAD_PID_OFFSET = 1_000_000
const PAGES = 4 * 4096

/** Plays what user code does. */
export class UserPlayer {
  private readonly k: AnyKernel
  /** With what a process may be found to have exited. */
  private readonly exits = new Map<number, { readonly process: ProcessRecord; readonly codes: Set<number> }>()
  private readonly handling = new Map<Proc, Set<number>>()

  constructor(private readonly player: Player) {
    this.k = player.k
  }

  start(name: string, plan: ProcessPlan): void {
    const { uid, nprocSoft, traced } = plan
    if (nprocSoft > 0) this.player.isLimited = true
    const options = { name, uid, ...(nprocSoft > 0 ? { nprocSoft } : {}) }
    this.k.process({ ...options, ktrace: traced ? 'inherit' : false }, () => this.program(name, plan))
  }

  private *program(name: string, plan: UserPlan): Steps<number> {
    const me = this.me(name)
    this.exits.set(me.self.p!.p_pid, { process: me.self.p!.process, codes: new Set([0]) })
    yield* this.steps(me, plan.steps)
    this.mayExitWith(me, plan.status)
    return plan.status
  }

  private me(name: string): Me {
    const self = this.player.self(name, 'user')
    this.player.log.push(`${name} begins as ${self.p!.p_pid} at ${this.k.now}`)
    this.player.expect(self.p!.isInUserMode, `${name} begins in user mode`)
    return { self, pid: 0, tid: 0, mapping: null, fd: -1 }
  }

  private mayExitWith({ self }: Me, status: number): void {
    this.exits.get(self.p!.process.pid)?.codes.add(status & 0xff)
  }

  private *steps(me: Me, body: readonly UserStep[]): Steps<void> {
    const { p, name } = me.self
    for (const step of body) {
      yield* this.step(me, step)
      this.player.expect(this.k.curproc === p, `${name} is the current thread`)
      this.player.expect(p!.isInUserMode, `${name} is in user mode after ${step.do}`)
    }
  }

  private *step(me: Me, step: UserStep): Steps<void> {
    const { k, player } = this
    const { self } = me
    const p = self.p!
    switch (step.do) {
      case 'user': {
        const before = k.now
        yield* k.user(step.us * 1000)
        player.expect(k.now >= before + step.us * 1000, 'time in user mode passes')
        return
      }
      case 'nanosleep': {
        const result = yield* k.nanosleep(step.us * 1000)
        player.expect(result === 0 || k.errno === k.EINTR, 'nanosleep ends by time or signal')
        player.log.push(`${self.name}: nanosleep gave ${result} at ${k.now}`)
        return
      }
      case 'sched_yield':
        yield* k.sched_yield()
        return
      case 'ids':
        player.expect((yield* k.getpid()) === p.process.pid, 'getpid')
        player.expect((yield* k.getuid()) === p.process.credentials.realUid, 'getuid')
        player.expect((yield* k.getpgrp()) === p.process.ps_pgid, 'getpgrp')
        if ('getthrid' in k && k.sysctl('kern.rthreads') === 1 && player.scenario.reading === 'kernel')
          player.expect((yield* k.getthrid()) === p.p_pid + THREAD_PID_OFFSET, 'getthrid')
        return
      case 'fork':
        yield* this.fork(me, step)
        return
      case 'wait4':
        yield* this.wait4(me, step)
        return
      case '_exit':
        this.mayExitWith(me, step.status)
        yield* k._exit(step.status)
        return
      case 'kill': {
        const pid = yield* this.pidOf(me, step.target)
        const result = yield* k.kill(pid, step.signo)
        player.log.push(`${self.name}: kill(${pid}, ${step.signo}) gave ${result}`)
        player.expect(result === 0 || [k.ESRCH, k.EPERM].includes(k.errno), `kill fails with ${k.errno}`)
        if (step.target === 'self') player.expect(result === 0, 'a process may signal itself')
        return
      }
      case 'sigaction':
        yield* this.sigaction(me, step)
        return
      case 'sigprocmask': {
        const before = p.p_sigmask
        const result = yield* k.sigprocmask(step.how, step.set)
        if (step.how === 0) player.expect(result === -1 && k.errno === k.EINVAL, 'sigprocmask knows its ways')
        else player.expect(result === before, 'sigprocmask gives the mask before')
        return
      }
      case 'setuid': {
        const mayChange = p.process.credentials.effectiveUid === 0 || p.process.credentials.realUid === step.uid
        const result = yield* k.setuid(step.uid)
        // Another thread may have been first.
        if (mayChange && result === 0) player.expect((yield* k.getuid()) >= 0, 'getuid')
        player.expect(result === 0 || k.errno === k.EPERM, 'setuid')
        return
      }
      case 'setsid':
        yield* k.setsid()
        return
      case 'setrlimit':
        player.isLimited = true
        yield* k.setrlimit(k.RLIMIT_NPROC, { rlim_cur: step.soft, rlim_max: 80 })
        return
      case 'open':
        me.fd = yield* k.open('file')
        return
      case 'close':
        yield* k.close(me.fd)
        return
      case 'ktrace':
        k.ktrace(p.process, step.isOn, true)
        return
      case 'syscall': {
        const answer = yield* k.syscall('ioctl', () => this.inKernel(self, step))
        player.expect(answer === 42, 'a system call gives what its body returns')
        return
      }
      default:
        if ('__tfork_thread' in k) yield* this.threadStep(k, me, step)
    }
  }

  private *inKernel(self: Self, step: Step<'syscall'>): Steps<number> {
    yield* this.player.kernel.steps(self, step.body)
    return 42
  }

  private *pidOf(me: Me, target: Target): Steps<number> {
    const { k } = this
    switch (target) {
      case 'self':
        return yield* k.getpid()
      case 'parent':
        return yield* k.getppid()
      case 'child':
        return me.pid > 0 ? me.pid : 40_000
      case 'thread':
        return me.tid > 0 ? me.tid : 40_000
      case 'group':
        return 0
      case 'all':
        return -1
      case 'init':
        return 1
      case 'kthread':
        return k.allproc.find((p) => p.isSystem && p.p_pid > 0)!.p_pid
      case 'nobody':
        return 40_000
    }
  }

  // Processes

  private *fork(me: Me, { how, flags, child }: Step<'fork'>): Steps<void> {
    const { k, player } = this
    const seen = { child: null as Proc | null, pid: 0 }
    const agree = (): void => {
      if (seen.child !== null && seen.pid > 0)
        player.expect(seen.child.p_pid === seen.pid, `${how} tells the parent the number of the child`)
    }
    const program = (): Steps<number> => {
      seen.child = k.curproc
      agree()
      return this.program(`${me.self.name}.${how}`, child)
    }
    const pid =
      how === 'fork'
        ? yield* k.fork(program)
        : how === 'vfork'
          ? yield* k.vfork(program)
          : yield* k.rfork(flags, program)
    player.log.push(`${me.self.name}: ${how} gave ${pid}`)
    const isWrong =
      how === 'rfork' && ((flags & 0x4) === 0 || (player.scenario.release === '5.1' && (flags & 0x88) === 0x80))
    if (pid < 0) {
      if (isWrong) player.expect(k.errno === k.EINVAL, 'rfork refuses what it cannot do')
      else player.expectFailure(k.errno, how)
      return
    }
    player.expect(!isWrong, 'rfork does what it can')
    seen.pid = me.pid = pid
    agree()
    if (how !== 'vfork') return
    const isOver = seen.child === null ? !k.allproc.some((p) => p.p_pid === pid) : seen.child.state === ThreadState.dead
    player.expect(isOver, 'vfork returns when the child has ended')
  }

  private *wait4(me: Me, { own, hangs }: Step<'wait4'>): Steps<void> {
    const { k, player } = this
    const status = k.ref<number>()
    const pid = yield* k.wait4(own && me.pid > 0 ? me.pid : -1, status, hangs ? 0 : k.WNOHANG)
    player.log.push(`${me.self.name}: wait4 gave ${pid} at ${k.now}`)
    if (pid < 0) player.expect([k.ECHILD, k.EINTR].includes(k.errno), `wait4 fails with ${k.errno}`)
    else if (pid === 0) player.expect(!hangs, 'wait4 gives 0 with WNOHANG only')
    else {
      const known = this.exits.get(pid)
      const { value } = status
      const hasExited = (value! & 0x7f) === 0
      const isTrue = !hasExited || known === undefined || known.codes.has(value! >> 8)
      player.expect(isTrue, `wait4 gives the status of ${pid}, not ${value}`)
      this.exits.delete(pid)
    }
  }

  // Signals

  private *sigaction(me: Me, { signo, handler, mask }: Step<'sigaction'>): Steps<void> {
    const { k, player } = this
    // An ignored fault would come again for ever.
    if (handler === 'ignores' && signo === k.SIGSEGV) return
    const act: SignalAction | null =
      handler === 'asks'
        ? null
        : {
            handler:
              handler === 'default' ? 'SIG_DFL' : handler === 'ignores' ? 'SIG_IGN' : (taken) => this.handle(taken),
            flags: handler === 'restarts' ? k.SA_RESTART : 0,
            mask,
          }
    const result = yield* k.sigaction(signo, act, k.ref<SignalAction>())
    const mayNot = act !== null && (signo === k.SIGKILL || signo === k.SIGSTOP)
    player.expect(result === (mayNot ? -1 : 0), `sigaction of ${me.self.name} gives ${result}`)
  }

  private *handle(signo: number): Steps<void> {
    const { k, player } = this
    const p = k.curproc
    const own = this.handling.get(p) ?? new Set<number>()
    this.handling.set(p, own)
    player.log.push(`handler of ${signo} in ${p.p_pid} at ${k.now}`)
    player.expect(p.isInUserMode, 'a handler runs in user mode')
    player.expect((p.p_sigmask & (1 << (signo - 1))) !== 0, `signal ${signo} is masked in its handler`)
    player.expect(!own.has(signo), `signal ${signo} is held back while its handler runs`)
    own.add(signo)
    yield* k.user(100_000)
    yield* k.getpid()
    own.delete(signo)
  }

  // Threads

  private *threadStep(k: Kernel51, me: Me, step: UserStep): Steps<void> {
    const { player } = this
    switch (step.do) {
      case 'thread':
        yield* this.thread(k, me, step)
        return
      case 'threxit': {
        const result = yield* k.__threxit(null)
        player.expect(result === -1 && k.errno === k.EINVAL && player.scenario.reading === 'page', '__threxit returned')
        return
      }
      case 'munmap':
        if (me.mapping?.isMapped === true) yield* k.munmap(me.mapping)
        return
      case 'thrsleep': {
        const dueNs = k.now + step.ticks * 10_000_000
        const tp = step.ticks === 0 ? null : { tv_sec: Math.floor(dueNs / 1e9), tv_nsec: dueNs % 1e9 }
        const result = yield* k.__thrsleep(step.ident, 0, tp, null)
        player.log.push(`${me.self.name}: __thrsleep gave ${result} at ${k.now}`)
        const allowed = [0, k.EINTR, k.ENOTSUP, ...(tp === null ? [] : [k.EWOULDBLOCK])]
        player.expect(allowed.includes(result), `__thrsleep gives ${result}`)
        return
      }
      case 'thrwakeup': {
        const result = yield* k.__thrwakeup(step.ident, step.n)
        player.expect([0, k.ESRCH, k.ENOTSUP].includes(result), `__thrwakeup gives ${result}`)
      }
    }
  }

  private *thread(k: Kernel51, me: Me, { raw, wrong, child }: Step<'thread'>): Steps<void> {
    const { player } = this
    const { arch, reading } = player.scenario
    const mapping = yield* k.mmap(PAGES)
    me.mapping = mapping
    const tid: Out<number> | null =
      wrong === 'tid' ? mapping.word(PAGES) : wrong === 'no tid' ? null : raw ? k.ref<number>() : mapping.word(64)
    const tcb = wrong === 'no tcb' ? null : { kind: 'tcb' }
    const params = wrong === 'params' ? null : { tf_tcb: tcb, tf_tid: tid, tf_flags: wrong === 'flags' ? 1 : 0 }
    const stack = wrong === 'stack' ? mapping.end - 8 : mapping.end
    const firstSp = raw ? k.sp : stack
    const begin = (): Steps => this.newThread(k, me, child, { tid, tcb, firstSp })
    const result = raw
      ? yield* k.rawTfork(params, (value) => {
          player.expect(value === 0, 'in the new thread the call gives 0')
          return begin()
        })
      : yield* k.__tfork_thread(params, stack, wrong === 'no func' ? null : begin, 0)
    player.log.push(`${me.self.name}: __tfork gave ${result}`)
    if (result > 0) {
      me.tid = result
      player.expect(params !== null && wrong !== 'flags', '__tfork refuses what is wrong')
      player.expect(wrong !== 'tid' || reading === 'kernel', '__tfork refuses a bad tf_tid')
      if (isThere(tid)) player.expect(tid.value === result, 'tf_tid has the number of the thread in its creator')
      return
    }
    const { errno } = k
    player.expect(result === -1, `__tfork gives ${result}`)
    if (isThere(tid)) player.expect(tid.value === null, 'tf_tid is untouched on an error')
    if (params === null) player.expect(errno === k.EFAULT, 'no params: EFAULT')
    else if (wrong === 'flags') player.expect(errno === k.EINVAL, 'flags: EINVAL')
    else if (errno === k.ENOTSUP) player.expect(reading === 'page', 'threads are enabled')
    else if (errno === k.EFAULT)
      player.expect((wrong === 'tid' || tid instanceof Word) && reading === 'page', `a good tf_tid on ${arch}`)
    else player.expectFailure(errno, '__tfork')
  }

  private *newThread(
    k: Kernel51,
    { self }: Me,
    child: UserPlan,
    { tid, tcb, firstSp }: { readonly tid: Out<number> | null; readonly tcb: unknown; readonly firstSp: number },
  ): Steps<void> {
    const { player } = this
    const { arch, reading } = player.scenario
    const me = this.me(`${self.name}.thread`)
    const p = me.self.p!
    if (isThere(tid)) player.expect(tid.value === p.p_pid + THREAD_PID_OFFSET, 'tf_tid has the number in the thread')
    player.expect(k.sp === firstSp, `the thread begins at ${firstSp}, not ${k.sp}`)
    player.expect(p.process === self.p!.process, 'a thread belongs to the process of its creator')
    const isAsGiven = tcb === null && reading === 'kernel' ? typeof p.tcb === 'number' : p.tcb === tcb
    player.expect(isAsGiven, 'the thread has its control block')
    yield* this.steps(me, child.steps)
    player.log.push(`${me.self.name} ends`)
    // On i386 the kernel's reading leaves open what a return does.
    if (arch === 'i386' && reading === 'kernel') yield* k.__threxit(null)
  }
}

/** Whether user code can look at it. */
function isThere(pointer: Out<number> | null): pointer is Out<number> {
  if (!(pointer instanceof Word)) return pointer !== null
  const { mapping, offset } = pointer
  return mapping.isMapped && offset < mapping.length
}

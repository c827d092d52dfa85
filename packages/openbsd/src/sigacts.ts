import type { Steps } from '@kt/core'
import * as P from './param.js'

/** A user function that handles a signal. */
export type SignalHandler = (signo: number) => Steps

/** What a process does on a signal: SIG_DFL, SIG_IGN, or a function of its own. */
export interface SignalAction {
  readonly handler: SignalHandler | 'SIG_DFL' | 'SIG_IGN'
  /** `SA_RESTART` or 0. */
  readonly flags: number
  /** Signals held back while the handler runs, besides its own. */
  readonly mask: number
}

/** What the kernel does on a signal that nobody catches. */
export type DefaultAction = 'ends' | 'stops' | 'continues' | 'is ignored'

const IGNORED = [P.SIGURG, P.SIGCHLD, P.SIGIO, P.SIGWINCH, P.SIGINFO, P.SIGTHR]
const STOPS = [P.SIGSTOP, P.SIGTSTP, P.SIGTTIN, P.SIGTTOU]

/** A signal's bit in a mask. */
export function bitOf(signo: number): number {
  return 1 << (signo - 1)
}

/** All signals that stop. */
export const STOP_BITS: number = STOPS.reduce((bits, signo) => bits | bitOf(signo), 0)
/** Those that the terminal sends. */
export const TTY_STOP_BITS: number = STOP_BITS & ~bitOf(P.SIGSTOP)
/** What no process can hold back, catch or ignore. */
export const UNBLOCKABLE_BITS: number = bitOf(P.SIGKILL) | bitOf(P.SIGSTOP)

export function defaultAction(signo: number): DefaultAction {
  if (STOPS.includes(signo)) return 'stops'
  if (signo === P.SIGCONT) return 'continues'
  return IGNORED.includes(signo) ? 'is ignored' : 'ends'
}

/** `struct sigacts`: the signal actions of a process, or of several that were forked with FORK_SIGHAND. */
export class Sigacts {
  ps_refcnt = 1
  /** Signals that vanish; among them from the start those ignored by default, save SIGCONT. */
  ps_sigignore: number = IGNORED.reduce((bits, signo) => bits | bitOf(signo), 0)
  private readonly actions: Map<number, SignalAction> = new Map()

  copy(): Sigacts {
    const copy = new Sigacts()
    copy.ps_sigignore = this.ps_sigignore
    for (const [signo, action] of this.actions) copy.actions.set(signo, action)
    return copy
  }

  actionOf(signo: number): SignalAction {
    return this.actions.get(signo) ?? { handler: 'SIG_DFL', flags: 0, mask: 0 }
  }

  set(signo: number, action: SignalAction): void {
    this.actions.set(signo, action)
    const { handler } = action
    // SIGCONT lets a stopped process go on even when it is ignored.
    const isIgnored = handler === 'SIG_IGN' ? signo !== P.SIGCONT : defaultAction(signo) === 'is ignored'
    if (isIgnored && typeof handler !== 'function') this.ps_sigignore |= bitOf(signo)
    else this.ps_sigignore &= ~bitOf(signo)
  }
}

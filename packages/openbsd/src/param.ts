/** Numbers of param.h, proc.h, signal.h and their neighbours; the same in both releases unless a release says otherwise. */

/** Sleep and run priorities: lower is more urgent. */
export const PSWP = 0
export const PVM = 4
export const PINOD = 8
export const PRIBIO = 16
export const PVFS = 20
export const PZERO = 22
export const PSOCK = 24
export const PWAIT = 32
export const PLOCK = 36
export const PPAUSE = 40
/** From here on a thread runs at its user priority. */
export const PUSER = 50
export const MAXPRI = 127
/** The number within a priority argument. */
export const PRIMASK = 0xff
/** Added to a sleep priority: signals end the sleep. */
export const PCATCH = 0x100
/** Added to a sleep priority: msleep leaves the mutex released. */
export const PNORELOCK = 0x200

/** Characters of a process name that survive. */
export const MAXCOMLEN = 16
export const PID_MAX = 32_766
/** What a thread's number lies above as user code sees it (5.1). */
export const THREAD_PID_OFFSET = 1_000_000
/** Processes of one user, without a login class: MAXUPRC is CHILD_MAX (param.h, syslimits.h). */
export const CHILD_MAX = 80
/** @alias The name in param.h. */
export const MAXUPRC: number = CHILD_MAX
/** Table slots that only uid 0 may take. */
export const RESERVED_SLOTS = 5

/** 1.0 in the scheduler's fixed point, of 11 bits behind the point. */
export const FSHIFT = 11
export const FSCALE = 2048

/** Every user process is taken to have 16 pages in memory: our choice. */
export const RESIDENT_PAGES = 16

/** Neutral nice value, as it is stored. */
export const NZERO = 20

/** Process states (`p_stat`). */
export const SIDL = 1
export const SRUN = 2
export const SSLEEP = 3
export const SSTOP = 4
export const SZOMB = 5
export const SDEAD = 6
export const SONPROC = 7

/** `p_flag` bits. */
export const P_SYSTEM = 0x200
export const P_TRACED = 0x800
export const P_WEXIT = 0x2000
export const P_SUSPSINGLE = 0x8_0000
export const P_NOZOMBIE = 0x10_0000
export const P_THREAD = 0x400_0000

/** Flags of fork1(9). */
export const FORK_FORK = 0x001
export const FORK_VFORK = 0x002
export const FORK_RFORK = 0x004
export const FORK_PPWAIT = 0x008
export const FORK_SHAREFILES = 0x010
export const FORK_CLEANFILES = 0x020
export const FORK_NOZOMBIE = 0x040
export const FORK_SHAREVM = 0x080
export const FORK_TFORK = 0x100
export const FORK_SIGHAND = 0x200
export const FORK_THREAD = 0x800

/** The signals that are spoken of here. */
export const SIGHUP = 1
export const SIGINT = 2
export const SIGQUIT = 3
export const SIGABRT = 6
export const SIGKILL = 9
export const SIGBUS = 10
export const SIGSEGV = 11
export const SIGSYS = 12
export const SIGPIPE = 13
export const SIGALRM = 14
export const SIGTERM = 15
export const SIGURG = 16
export const SIGSTOP = 17
export const SIGTSTP = 18
export const SIGCONT = 19
export const SIGCHLD = 20
export const SIGTTIN = 21
export const SIGTTOU = 22
export const SIGIO = 23
export const SIGWINCH = 28
export const SIGINFO = 29
export const SIGUSR1 = 30
export const SIGUSR2 = 31
export const SIGTHR = 32
export const NSIG = 33

/** How sigprocmask changes the mask. */
export const SIG_BLOCK = 1
export const SIG_UNBLOCK = 2
export const SIG_SETMASK = 3
/** System calls are restarted after the handler (sigaction). */
export const SA_RESTART = 0x2

/** wait4 options. */
export const WNOHANG = 1

/** rfork flags. */
export const RFFDG = 0x2
export const RFPROC = 0x4
export const RFMEM = 0x8
export const RFNOWAIT = 0x10
export const RFCFDG = 0x20
export const RFTHREAD = 0x40
export const RFSIGSHARE = 0x80

/** Interrupt levels, from low to high. */
export const IPL_NONE = 0
export const IPL_SOFTCLOCK = 1
export const IPL_SOFTNET = 2
export const IPL_SOFTTTY = 3
export const IPL_BIO = 4
export const IPL_NET = 5
export const IPL_TTY = 6
export const IPL_VM = 7
export const IPL_CLOCK = 8
export const IPL_SCHED = 9
export const IPL_HIGH = 10

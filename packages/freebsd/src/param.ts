/** Numbers of param.h, priority.h, proc.h, runq.h, unistd.h, reboot.h and their neighbours. */

/** Characters of a name that survive, in td_name and p_comm alike. */
export const MAXCOMLEN = 19
/** Characters of a thread's name, and of a wait message, that listings export. */
export const OCOMMLEN = 16
export const WMESGLEN = 8
/** Characters of a thread's name that kproc_kthread_add passes on to a process that exists. */
export const KTHREAD_ADD_BUFFER = 99
export const PID_MAX = 99_999
/** Thread id of thread0; all others are above. */
export const THREAD0_TID: number = PID_MAX + 1
export const NOCPU = 0xff

// Priorities: lower is more urgent.
export const PRI_MIN = 0
export const PRI_MAX = 255
export const PRI_MIN_ITHD = 0
export const PRI_MAX_ITHD = 63
export const PI_REALTIME = 0
export const PI_AV = 4
export const PI_TTYHIGH = 8
export const PI_TAPE = 12
export const PI_NET = 16
export const PI_DISK = 20
export const PI_TTYLOW = 24
export const PI_DISKLOW = 28
export const PI_DULL = 32
export const PI_SOFT = 36
export const PRI_MIN_KERN = 64
export const PSWP = 64
export const PVM = 68
export const PINOD = 72
export const PRIBIO = 76
export const PVFS = 80
export const PZERO = 84
export const PSOCK = 88
export const PWAIT = 92
export const PCONFIG = 96
export const PLOCK = 100
export const PPAUSE = 104
export const PRI_MAX_KERN = 127
export const PRI_MIN_REALTIME = 128
export const PRI_MAX_REALTIME = 159
export const PRI_MIN_TIMESHARE = 160
export const PUSER = 160
export const PRI_MAX_TIMESHARE = 223
export const PRI_MIN_IDLE = 224
export const PRI_MAX_IDLE = 255

/** Scheduling classes. */
export const PRI_ITHD = 1
export const PRI_REALTIME = 2
export const PRI_TIMESHARE = 3
export const PRI_IDLE = 4
/** Added to a class: no time slice. */
export const PRI_FIFO_BIT = 8

/** The number within a sleep's priority argument, and what can be added to it. */
export const PRIMASK = 0xff
export const PCATCH = 0x100
export const PDROP = 0x200
export const PBDRY = 0x400

/** Why a thread is queued (sched.h). */
export const SRQ_BORING = 0x0
export const SRQ_YIELDING = 0x1
export const SRQ_OURSELF = 0x2
export const SRQ_INTR = 0x4
export const SRQ_PREEMPTED = 0x8
export const SRQ_BORROWING = 0x10

/** Software interrupts: number n runs at PI_SOFT + 4 n. */
export const SWI_TTY = 0
export const SWI_NET = 1
export const SWI_CAMBIO = 2
export const SWI_VM = 3
export const SWI_CLOCK = 4
export const SWI_TQ_FAST = 5
export const SWI_TQ = 6
export const SWI_TQ_GIANT = 6

/** `td_flags`, under the thread lock. */
export const TDF_BORROWING = 0x1
export const TDF_INMEM = 0x4
export const TDF_SINTR = 0x8
export const TDF_IDLETD = 0x20
export const TDF_CANSWAP = 0x40
export const TDF_KTH_SUSP = 0x100
export const TDF_NEEDRESCHED = 0x1_0000
/** `td_pflags`, private to the thread. */
export const TDP_NOSLEEPING = 0x100
export const TDP_ITHREAD = 0x400
export const TDP_KTHREAD = 0x20_0000
/** What keeps a thread from running (`td_inhibitors`). */
export const TDI_SUSPENDED = 0x1
export const TDI_SLEEPING = 0x2
export const TDI_SWAPPED = 0x4
export const TDI_LOCK = 0x8
export const TDI_IWAIT = 0x10
/** `td_state`. */
export const TDS_INACTIVE = 0
export const TDS_INHIBITED = 1
export const TDS_CAN_RUN = 2
export const TDS_RUNQ = 3
export const TDS_RUNNING = 4

/** `p_flag`. */
export const P_KTHREAD = 0x4
export const P_NOLOAD = 0x8
export const P_PPWAIT = 0x10
export const P_HADTHREADS = 0x80
export const P_SYSTEM = 0x200
export const P_SINGLE_EXIT = 0x400
export const P_WEXIT = 0x2000
export const P_STOPPED_SINGLE = 0x8_0000
export const P_INMEM = 0x1000_0000
/** `p_state`. */
export const PRS_NEW = 0
export const PRS_NORMAL = 1
export const PRS_ZOMBIE = 2

export const SIGINT = 2
export const SIGSTOP = 17
export const SIGCHLD = 20

/** rfork(2) flags; those the kernel keeps to itself last. */
export const RFFDG = 0x4
export const RFPROC = 0x10
export const RFMEM = 0x20
export const RFNOWAIT = 0x40
export const RFCFDG = 0x1000
export const RFTHREAD = 0x2000
export const RFSIGSHARE = 0x4000
export const RFLINUXTHPN = 0x1_0000
export const RFSTOPPED = 0x2_0000
export const RFHIGHPID = 0x4_0000
export const RFPPWAIT = 0x8000_0000

/** reboot(2). */
export const RB_AUTOBOOT = 0
export const RB_ASKNAME = 0x1
export const RB_SINGLE = 0x2
export const RB_NOSYNC = 0x4
export const RB_HALT = 0x8
export const RB_INITNAME = 0x10
export const RB_DFLTROOT = 0x20
export const RB_KDB = 0x40
export const RB_RDONLY = 0x80
export const RB_DUMP = 0x100
export const RB_MINIROOT = 0x200
export const RB_VERBOSE = 0x800
export const RB_SERIAL = 0x1000
export const RB_CDROM = 0x2000
export const RB_POWEROFF = 0x4000
export const RB_GDB = 0x8000
export const RB_MUTE = 0x1_0000
export const RB_SELFTEST = 0x2_0000
export const RB_PAUSE = 0x10_0000
export const RB_MULTIPLE = 0x2000_0000

/** EVENTHANDLER(9) priorities, and the names they have for shutdown. */
export const EVENTHANDLER_PRI_FIRST = 0
export const EVENTHANDLER_PRI_ANY = 10_000
export const EVENTHANDLER_PRI_LAST = 20_000
export const SHUTDOWN_PRI_FIRST = 0
export const SHUTDOWN_PRI_DEFAULT = 10_000
export const SHUTDOWN_PRI_LAST = 20_000

/** Stack pages: the default of each architecture, and the most. */
export const KSTACK_PAGES: Readonly<Record<'amd64' | 'i386', number>> = { amd64: 4, i386: 2 }
export const KSTACK_MAX_PAGES = 32
export const KSTACK_GUARD_PAGES = 1

/** Seconds a sleeper counts as recently active: thread0 looks twice in that time. */
export const MAXSLP = 20

/** The level at which a spin mutex keeps its CPU: no interrupt comes. */
export const IPL_ALL = 1

/** KTR classes (ktr.h). */
export const KTR_GEN = 0x1
export const KTR_PROC = 0x1000
export const KTR_EVH = 0x2_0000
export const KTR_CALLOUT = 0x200_0000
export const KTR_SCHED = 0x2000_0000
export const KTR_ENTRIES = 1024

/** Numbers of param.h, sched.h, lwp.h and their neighbours; the same in both releases unless a release says otherwise. */

/** No priority asked for (kthread_create). */
export const PRI_NONE = -1
export const PRI_IDLE = 0
export const PRI_USER = 0
export const MAXPRI_USER = 63
export const PRI_KERNEL = 64
export const PRI_KTHREAD = 96
export const PRI_BIO = 123
export const PRI_IOFLUSH = 124
export const PRI_VM = 125
export const PRI_PGDAEMON = 126
export const PRI_XCALL = 127
export const MAXPRI_KTHREAD = 127
export const PRI_USER_RT = 128
export const PRI_SOFTCLOCK = 220
export const PRI_SOFTBIO = 221
export const PRI_SOFTNET = 222
export const PRI_SOFTSERIAL = 223
export const PRI_COUNT = 224

export const SCHED_OTHER = 0
export const SCHED_FIFO = 1
export const SCHED_RR = 2

/** Added to a sleep priority: signals and cancellation end the sleep. */
export const PCATCH = 0x100
/** Added to a sleep priority: mtsleep leaves the mutex released. */
export const PNORELOCK = 0x200

/** A name's bytes with the terminating NUL: 15 characters can be seen. */
export const MAXCOMLEN = 16

/** LWP states (`l_stat`). */
export const LSIDL = 1
export const LSRUN = 2
export const LSSLEEP = 3
export const LSSTOP = 4
export const LSZOMB = 5
export const LSONPROC = 7

/** `l_flag` bits. */
export const LW_IDLE = 0x1
export const LW_SYSTEM = 0x200
export const LW_SYSTEM_FPU = 0x400
export const LW_WEXIT = 0x0010_0000
export const LW_PENDSIG = 0x0100_0000
export const LW_CANCELLED = 0x0200_0000

/** `l_pflag` bits. */
export const LP_MPSAFE = 0x20
export const LP_INTR = 0x40
export const LP_MUSTJOIN = 0x100

/** Interrupt levels (x86). */
export const IPL_NONE = 0
export const IPL_PREEMPT = 1
export const IPL_SOFTCLOCK = 2
export const IPL_SOFTBIO = 3
export const IPL_SOFTNET = 4
export const IPL_SOFTSERIAL = 5
export const IPL_VM = 6
/** Other names of IPL_VM. */
export const IPL_BIO = 6
export const IPL_NET = 6
export const IPL_TTY = 6
export const IPL_SCHED = 7
export const IPL_HIGH = 8

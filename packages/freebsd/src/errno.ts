/** errno values these pages and their kernel speak of (sys/errno.h). */
export const EPERM = 1
export const ESRCH = 3
export const EINTR = 4
export const EDEADLK = 11
export const ENOMEM = 12
export const EBUSY = 16
export const EINVAL = 22
export const EAGAIN = 35
/** The same number as EAGAIN: what a sleep's time-out gives. */
export const EWOULDBLOCK = 35
/** Never leaves the kernel: the system call is made again. */
export const ERESTART = -1

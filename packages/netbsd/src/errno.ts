/** errno values these pages speak of (errno.h, both releases). */
export const ESRCH = 3
export const EINTR = 4
export const EDEADLK = 11
export const ENOMEM = 12
export const EBUSY = 16
export const EINVAL = 22
export const EAGAIN = 35
/** The same number as EAGAIN. */
export const EWOULDBLOCK = 35
/** Never leaves the kernel: the system call is made again. */
export const ERESTART = -3

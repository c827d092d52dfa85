/** errno values these pages speak of (errno.h, both releases). */
export const EPERM = 1
export const ESRCH = 3
export const EINTR = 4
export const EBADF = 9
export const ECHILD = 10
export const ENOMEM = 12
export const EFAULT = 14
export const EBUSY = 16
export const EINVAL = 22
export const EMFILE = 24
export const EAGAIN = 35
/** The same number as EAGAIN. */
export const EWOULDBLOCK = 35
export const ENOTSUP = 91
/** Never leaves the kernel: the system call is made again. */
export const ERESTART = -1

/** What strerror(3) says of each. */
export const ERRORS: Readonly<Record<number, string>> = {
  [EPERM]: 'Operation not permitted',
  [ESRCH]: 'No such process',
  [EINTR]: 'Interrupted system call',
  [EBADF]: 'Bad file descriptor',
  [ECHILD]: 'No child processes',
  [ENOMEM]: 'Cannot allocate memory',
  [EFAULT]: 'Bad address',
  [EBUSY]: 'Device busy',
  [EINVAL]: 'Invalid argument',
  [EMFILE]: 'Too many open files',
  [EAGAIN]: 'Resource temporarily unavailable',
  [ENOTSUP]: 'Not supported',
}

import type { Recipe } from './recipe.js'

export const useTheFpu: Recipe = {
  id: 'use-the-fpu',
  title: 'Use the floating-point unit',
  asks: 'May a kernel thread use the FPU, that is floating point or vector instructions, and what does one do where it may not?',
  stories: ['fpu/allowed', 'fpu/outside', 'fpu/nested', 'fpu/sleep', 'fpu/leave-unbalanced', 'fpu/left-open'],
  ways: {
    netbsd: {
      file: 'netbsd.ts',
      says: 'From NetBSD 10 on, between kthread_fpu_enter() and kthread_fpu_exit(), which is given what the first returned. NetBSD 6 has no such calls: there it is done as on the other systems.',
      catch:
        'An instruction of the unit outside the window is a panic, and so is a call from an interrupt. The exit belongs on every way out of the function: it wipes the registers, and who ends in an open window may leave keys in them.',
    },
    openbsd: {
      file: 'openbsd.ts',
      says: 'No call lets a kernel thread use the unit. Fixed-point arithmetic does with integers, as here, or the work is handed to a user process, as in the program for FreeBSD.',
      catch:
        'The registers belong to whatever process used them last: an instruction of the unit in the kernel traps, or spoils what a user has there. The compiler must be kept from using it by itself, too.',
    },
    freebsd: {
      file: 'freebsd.ts',
      says: 'FreeBSD 8.0 has no call that lets a kernel thread use the unit. A user process may: the thread hands it the work and waits, as here, or it does with integers, as in the program for OpenBSD.',
      catch:
        'The registers belong to whatever process used them last: an instruction of the unit in the kernel traps, or spoils what a user has there. And a process can be killed, or never have been started: who waits for it needs a time-out.',
    },
  },
}

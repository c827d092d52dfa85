import { by, none, purpose, type Purpose } from './purpose.js'

const SPINS = 'Every mutex spins and raises the interrupt level: nobody sleeps with one.'
const NO_SX = 'The rwlock is the lock for it: there is nothing by the name of sx.'

/** Mutexes, reader/writer locks, the big lock, interrupts, preemption. */
export const locking: readonly Purpose[] = [
  purpose('make a mutex and end its use', {
    netbsd: by('mutex_init mutex_destroy', 'The interrupt level decides whether it spins or sleeps.'),
    openbsd: by('mtx_init MUTEX_INITIALIZER', SPINS),
    freebsd: by('mtx_init mtx_destroy MTX_DEF MTX_SPIN MTX_RECURSE', 'mtx_init takes a name and options, no interrupt level.'), // prettier-ignore
  }),
  purpose('take and release a mutex', {
    netbsd: by('mutex_enter mutex_exit', 'One pair for both kinds.'),
    openbsd: by('mtx_enter mtx_leave', SPINS),
    freebsd: by('mtx_lock mtx_unlock mtx_lock_spin mtx_unlock_spin', 'A pair for each kind, and a mutex of one kind does not go into the other pair.'), // prettier-ignore
  }),
  purpose('take a mutex without waiting', {
    netbsd: by('mutex_tryenter', 'Not 0 is success.'),
    openbsd: [none('mtx_enter_try came later: nothing here tries.'), by('mtx_enter_try', 'Not 0 is success.')],
    freebsd: by('mtx_trylock', 'Not 0 is success; for sleep mutexes only.'),
  }),
  purpose('ask who holds a mutex', {
    netbsd: by('mutex_owned', 'Of a spin mutex it says whether anybody does.'),
    openbsd: none('No call here tells.'),
    freebsd: by('mtx_owned mtx_recursed mtx_initialized mtx_assert', 'mtx_assert does nothing without INVARIANTS.'),
  }),
  purpose('make a reader/writer lock and end its use', {
    netbsd: by('rw_init rw_destroy', 'rw_init takes no name.'),
    openbsd: by('rw_init RWLOCK_INITIALIZER', 'rw_init takes a name, and nothing ends its use.'),
    freebsd: by('rw_init rw_init_flags rw_destroy RW_RECURSE', 'rw_init takes a name.'),
  }),
  purpose('take and release a reader/writer lock', {
    netbsd: by('rw_enter rw_exit RW_READER RW_WRITER', 'Readers wait behind writers that wait; RW_READER is 0.'),
    openbsd: by(
      'rw_enter rw_exit rw_enter_read rw_enter_write rw_exit_read rw_exit_write RW_WRITE RW_READ RW_INTR RW_SLEEPFAIL',
      'rw_enter can fail, and readers pass writers that wait; RW_WRITE is 0.',
    ),
    freebsd: by('rw_rlock rw_wlock rw_runlock rw_wunlock', 'Nobody may sleep with it: the lock for that is sx.'),
  }),
  purpose('take a reader/writer lock without waiting', {
    netbsd: by('rw_tryenter', 'Not 0 is success.'),
    openbsd: by('rw_enter RW_NOSLEEP', '0 is success, EBUSY is failure: the reverse of a try.'),
    freebsd: by('rw_try_rlock rw_try_wlock sx_try_slock sx_try_xlock', 'Not 0 is success.'),
  }),
  purpose('turn one hold of a reader/writer lock into the other', {
    netbsd: none(
      'rw_tryupgrade and rw_downgrade of the real system are not modelled: release it, take it the other way, test again.',
    ),
    openbsd: by('rw_enter RW_DOWNGRADE', 'Only from writing to reading.'),
    freebsd: by('rw_try_upgrade rw_downgrade sx_try_upgrade sx_downgrade rw_wowned', 'The way up may fail.'),
  }),
  purpose('hold a lock across sleeps', {
    netbsd: by('rw_enter rw_exit', NO_SX),
    openbsd: by('rw_enter rw_exit', NO_SX),
    freebsd: by(
      'sx_init sx_init_flags sx_destroy sx_slock sx_xlock sx_slock_sig sx_xlock_sig sx_sunlock sx_xunlock sx_xlocked SX_RECURSE SX_NOADAPTIVE',
      'rwlocks and mutexes may not be held across a sleep.',
    ),
  }),
  purpose('lock a process or a thread', {
    netbsd: none('No such lock here: the threads of these pages are one process.'),
    openbsd: none('No such lock here: the big lock protects them.'),
    freebsd: by('PROC_LOCK PROC_UNLOCK thread_lock thread_unlock', 'That of a thread is a spin mutex: nobody sleeps with it.'), // prettier-ignore
  }),
  purpose('take and release the big lock', {
    netbsd: by('KERNEL_LOCK KERNEL_UNLOCK_ONE KERNEL_UNLOCK_LAST KERNEL_UNLOCK_ALL', 'It takes a number of holds and an LWP.'), // prettier-ignore
    openbsd: by('KERNEL_LOCK KERNEL_UNLOCK', 'One hold at a time; kernel threads begin with one.'),
    freebsd: by('mtx_lock mtx_unlock', 'The big lock is the mutex Giant, which every sleep gives up.'),
  }),
  purpose('keep from being preempted', {
    netbsd: by('kpreempt_disable kpreempt_enable', 'They nest.'),
    openbsd: none('Kernel code is not preempted.'),
    freebsd: by('critical_enter critical_exit', 'They nest, and nobody may sleep between them.'),
  }),
  purpose('keep interrupts away', {
    netbsd: by('splraiseipl splx', 'On this CPU only: on several it is no lock.'),
    openbsd: by('splraise splx', 'On this CPU only: on several it is no lock.'),
    freebsd: by('mtx_lock_spin critical_enter', 'There are no levels: a spin mutex keeps interrupts away.'),
  }),
]

import { format } from '@kt/core'
import type { OpenFile } from './files.js'
import type { timespec } from './timeout.js'

/** `struct stat`, as fstat(2) fills it. Files have no content here: what is known of one is who opened it, and when. */
export interface stat {
  readonly st_dev: number
  readonly st_ino: number
  readonly st_mode: number
  readonly st_nlink: number
  readonly st_uid: number
  readonly st_gid: number
  readonly st_rdev: number
  readonly st_atim: timespec
  readonly st_mtim: timespec
  readonly st_ctim: timespec
  readonly st_size: number
  readonly st_blocks: number
  readonly st_blksize: number
  readonly st_flags: number
  readonly st_gen: number
}

/** A regular file that its owner may read and write, and everybody read. */
const MODE = 0o100644
/** The first number of a file: those before are the file system's own. */
const FIRST_INO = 3

export function statOf({ number, uid, openedNs }: OpenFile): stat {
  const opened = { tv_sec: Math.floor(openedNs / 1e9), tv_nsec: Math.floor(openedNs % 1e9) }
  return {
    st_dev: 0,
    st_ino: FIRST_INO + number,
    st_mode: MODE,
    st_nlink: 1,
    st_uid: uid,
    st_gid: 0,
    st_rdev: 0,
    st_atim: opened,
    st_mtim: opened,
    st_ctim: opened,
    st_size: 0,
    st_blocks: 0,
    st_blksize: 16_384,
    st_flags: 0,
    st_gen: 0,
  }
}

/** The structure as kdump(1) of that time prints it: numbers for users and times, and a modification time called `stime`. */
export function statText(s: stat): string {
  const head = format('dev=%d, ino=%u, mode=%s , nlink=%u, uid=%u, gid=%u, rdev=%d', [
    s.st_dev,
    s.st_ino,
    modeText(s.st_mode),
    s.st_nlink,
    s.st_uid,
    s.st_gid,
    s.st_rdev,
  ])
  const times = `atime=${timeText(s.st_atim)}, stime=${timeText(s.st_mtim)}, ctime=${timeText(s.st_ctim)}`
  const { st_size, st_blocks, st_blksize, st_flags, st_gen } = s
  const rest = [st_size, st_blocks, st_blksize, st_flags, st_gen]
  return `{${head}, ${times}, ${format('size=%lld, blocks=%lld, blksize=%u, flags=0x%x, gen=0x%x', rest)} }`
}

/** strmode(3) of a regular file. */
function modeText(mode: number): string {
  const bits = Array.from('rwxrwxrwx', (letter, at) => ((mode & (0o400 >> at)) === 0 ? '-' : letter))
  return `-${bits.join('')}`
}

function timeText({ tv_sec, tv_nsec }: timespec): string {
  return tv_nsec === 0 ? String(tv_sec) : format('%d.%09d', [tv_sec, tv_nsec])
}

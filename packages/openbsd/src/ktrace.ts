import { format } from '@kt/core'
import { ERESTART, ERRORS } from './errno.js'

/** A record of ktrace(2), as far as system calls and signals go. */
export type KtraceRecord = {
  /** The thread's own number, without the offset. */
  readonly pid: number
  readonly comm: string
  /** Virtual nanoseconds. */
  readonly timeNs: number
} & (
  | { readonly type: 'CALL'; readonly call: string; readonly args: readonly number[] }
  | { readonly type: 'RET'; readonly call: string; readonly error: number; readonly value: number }
  | { readonly type: 'PSIG'; readonly signo: number; readonly action: 'SIG_DFL' | 'caught' }
  | { readonly type: 'CSW'; readonly out: boolean }
  | { readonly type: 'STRU'; readonly name: string; readonly text: string }
)

/** What a record says, apart from who and when. */
export type KtraceBody = KtraceRecord extends infer R
  ? R extends KtraceRecord
    ? Omit<R, 'pid' | 'comm' | 'timeNs'>
    : never
  : never

/** How kdump(1) is asked to print. */
export interface KdumpOptions {
  /** `-T`: seconds since the machine was made; `-R`: since the line before, for the first as with `-T`. Default none. */
  readonly timestamps?: 'absolute' | 'relative'
  /** `-d`: arguments in decimal; results have both forms in any case. */
  readonly decimal?: boolean
  /** `-t`: only these types, `c` calls, returns; `s` signals, `t` structures, `w` switches. Default `cst`. */
  readonly trace?: string
}

const LETTERS: Readonly<Record<KtraceRecord['type'], string>> = { CALL: 'c', RET: 'c', PSIG: 's', CSW: 'w', STRU: 't' }
const TAGS: Readonly<Record<KtraceRecord['type'], string>> = {
  CALL: 'CALL',
  RET: 'RET ',
  PSIG: 'PSIG',
  CSW: 'CSW',
  STRU: 'STRU',
}

/** The records as kdump(1) prints them, a line each. */
export function kdump(records: readonly KtraceRecord[], options: KdumpOptions = {}): string[] {
  const { timestamps, decimal = false, trace = 'cst' } = options
  let beforeNs = 0
  return records.flatMap((record) => {
    if (!trace.includes(LETTERS[record.type])) return []
    const seconds =
      timestamps === undefined ? '' : `${stamp(record.timeNs - (timestamps === 'relative' ? beforeNs : 0))} `
    beforeNs = record.timeNs
    const head = format('%6d %-8s %s%s  ', [record.pid, record.comm, seconds, TAGS[record.type]])
    return [(head + bodyOf(record, decimal)).trimEnd()]
  })
}

function stamp(ns: number): string {
  return format('%d.%06d', [Math.floor(ns / 1e9), Math.floor((ns % 1e9) / 1000)])
}

function bodyOf(record: KtraceRecord, decimal: boolean): string {
  switch (record.type) {
    case 'CALL':
      return `${record.call}(${record.args.map((arg) => format(decimal ? '%ld' : '%#lx', [decimal ? arg : asRegister(arg)])).join(',')})`
    case 'RET':
      return `${record.call} ${resultOf(record.error, record.value)}`
    case 'PSIG':
      return `${SIGNALS[record.signo] ?? record.signo} ${record.action === 'caught' ? 'caught handler' : 'SIG_DFL'}`
    case 'CSW':
      return `${record.out ? 'stop' : 'resume'} kernel`
    case 'STRU':
      return `struct ${record.name} ${record.text}`
  }
}

/** A negative int fills half of the register that it is passed in. */
function asRegister(arg: number): number {
  return arg < 0 ? arg >>> 0 : arg
}

function resultOf(error: number, value: number): string {
  if (error === ERESTART) return 'RESTART'
  if (error !== 0) return `-1 errno ${error} ${ERRORS[error] ?? ''}`.trimEnd()
  const isSmall = value >= 0 && value <= 9
  return isSmall ? String(value) : format('%ld/%#lx', [value, value])
}

/** Names of the signals, by number. */
const SIGNALS: readonly string[] = (
  'NONE HUP INT QUIT ILL TRAP ABRT EMT FPE KILL BUS SEGV SYS PIPE ALRM TERM URG STOP TSTP CONT CHLD TTIN TTOU IO ' +
  'XCPU XFSZ VTALRM PROF WINCH INFO USR1 USR2 THR'
)
  .split(' ')
  .map((name) => `SIG${name}`)

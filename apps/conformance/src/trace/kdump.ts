import { argumentText, CallRecord, format, type Machine } from '@kt/core'
import { UsageError } from '../usage.js'
import type { RunTrace } from './recorded.js'

/** Whose kdump prints. */
type KdumpOf = 'netbsd' | 'openbsd' | 'freebsd'

/**
 * The kernel calls of a run in the form of the release's kdump(1): who, `CALL` with the arguments, `RET` with the value.
 * A kernel thread makes no system calls, and ktrace(1) records nothing of it: these are records of its kernel calls.
 * What ktrace would know as an address is shown by its name, and a text in quotes.
 */
export function kdumpOf({ events, threads }: RunTrace, system: KdumpOf): string[] {
  return events.flatMap(({ kind, thread, object }) => {
    if (thread === null || !(object instanceof CallRecord) || object.isAccess) return []
    const { pid, id, name } = threads[thread]!
    const head = HEADS[system](pid, id, name)
    if (kind === 'call') return [`${head}CALL  ${object.name}(${object.args.map(ARGUMENTS[system]).join(',')})`]
    return [`${head}RET   ${object.name} ${resultText(object.value)}`.trimEnd()]
  })
}

/** Whose kernel it is, by its label: `freebsd, SCHED_ULE`. */
export function systemOf({ policy }: Machine): KdumpOf {
  const [, system] = /^(netbsd|openbsd|freebsd)/.exec(policy.label) ?? []
  if (system === undefined) throw new UsageError(`no kdump is known of '${policy.label}'; expected a kernel of a BSD`)
  return system as KdumpOf
}

const HEADS: Readonly<Record<KdumpOf, (pid: number, id: number, name: string) => string>> = {
  netbsd: (pid, lid, name) => format('%6d %6d %-8s ', [pid, lid, name]),
  // The number of the thread, which has one of its own.
  openbsd: (_pid, id, name) => format('%6d %-8s ', [id, name]),
  freebsd: (pid, tid, name) => format('%6d %6d %-8s ', [pid, tid, name]),
}

const ARGUMENTS: Readonly<Record<KdumpOf, (value: unknown) => string>> = {
  // Small numbers as they are, the others in hexadecimal.
  netbsd: (value) => (isNumber(value) && value >= 0 && value < 10 ? String(value) : argument(value)),
  openbsd: argument,
  freebsd: argument,
}

function argument(value: unknown): string {
  if (value === null) return '0'
  if (typeof value === 'boolean') return value ? '0x1' : '0'
  if (!isNumber(value)) return argumentText(value)
  // A negative int fills half of the register that it is passed in.
  return format('%#lx', [value < 0 ? value >>> 0 : value])
}

function resultText(value: unknown): string {
  if (value === undefined) return ''
  if (value === null) return '0'
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (!isNumber(value)) return argumentText(value)
  return value >= 0 && value <= 9 ? String(value) : format('%ld/%#lx', [value, value])
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value)
}

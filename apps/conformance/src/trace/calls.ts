import { CallRecord } from '@kt/core'
import type { RunTrace } from './recorded.js'

/** A kernel call of a run. */
export interface RunCall {
  /** Thread that made it, by number. */
  readonly thread: number
  readonly name: string
  readonly text: string
  /** What it returned, null where it returned nothing or never came back. */
  readonly returned: string | null
  /** Numbers of the events with which it began and came back; or how many events there are. */
  readonly from: number
  readonly to: number
}

/** The kernel calls of a run, in the order in which they began. One that a thread makes within another lies in it. */
export function callsOf({ events }: RunTrace): RunCall[] {
  const open = new Map<CallRecord, number>()
  const ends = new Map<number, number>()
  const calls: RunCall[] = []
  const began: { readonly record: CallRecord; readonly thread: number; readonly from: number }[] = []
  const exits = new Map<number, number>()
  for (const { kind, thread, object, number } of events) {
    if (thread === null) continue
    if (kind === 'exit' && !exits.has(thread)) exits.set(thread, number)
    if (!(object instanceof CallRecord)) continue
    if (kind === 'call') {
      open.set(object, number)
      began.push({ record: object, thread, from: number })
    } else ends.set(open.get(object) ?? -1, number)
  }
  for (const { record, thread, from } of began) {
    const returned =
      ends.has(from) && record.value !== undefined ? record.returnText.slice(record.name.length + 1) : null
    const to = ends.get(from) ?? exits.get(thread) ?? events.length
    calls.push({ thread, name: record.name, text: record.callText, returned, from, to })
  }
  return calls
}

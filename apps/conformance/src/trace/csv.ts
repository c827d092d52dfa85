import { stringify } from 'csv-stringify/sync'
import type { RunTrace } from './recorded.js'

const COLUMNS = ['event', 'step', 'time_ns', 'cpu', 'kind', 'thread', 'pid', 'id', 'name', 'by', 'detail'] as const

/** The events of a run as comma-separated values (RFC 4180), a line each below the names of the columns. */
export function csvOf({ events, threads }: RunTrace): string {
  const rows = events.map(({ number, step, timeNs, cpu, kind, thread, by, detail }) => {
    const who = thread === null ? null : threads[thread]!
    return [number, step, timeNs, cpu, kind, thread, who?.pid, who?.id, who?.name ?? 'idle', by, detail]
  })
  return stringify([[...COLUMNS], ...rows], { record_delimiter: 'windows' })
}

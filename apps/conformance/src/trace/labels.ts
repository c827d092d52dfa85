import type { RunThread, RunTrace } from './recorded.js'

/** What each thread is called in a drawing: no two are called the same. */
export function labelsOf({ threads }: RunTrace): string[] {
  return threads.map(({ name, pid, id, isInterrupt, number }) => {
    if (isInterrupt) return `${name} (interrupt ${number})`
    const isTwin = threads.some((other) => other.number !== number && other.name === name && other.id === id)
    return isTwin ? `${name} (${pid}.${id}.${number})` : `${name} (${id})`
  })
}

/** Threads that do something in a run, or that somebody does something to: daemons that sleep all along are left out. */
export function takingPart({ threads, events }: RunTrace): RunThread[] {
  const part = new Set(events.flatMap(({ thread, by }) => [thread, by]))
  return threads.filter(({ number }) => part.has(number))
}

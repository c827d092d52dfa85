import { THREAD0_TID } from './param.js'

/** Numbers threads: always the lowest that is free, so that low ones are soon used again. */
export class TidAllocator {
  private next: number = THREAD0_TID + 1
  /** Numbers given back, a binary heap with the lowest first. */
  private readonly freed: number[] = []

  take(): number {
    const { freed } = this
    if (freed.length === 0) return this.next++
    const lowest = freed[0]!
    const last = freed.pop()!
    if (freed.length > 0) this.siftDown(last)
    return lowest
  }

  give(tid: number): void {
    const { freed } = this
    let at = freed.length
    freed.push(tid)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (freed[parent]! <= tid) break
      freed[at] = freed[parent]!
      at = parent
    }
    freed[at] = tid
  }

  private siftDown(tid: number): void {
    const { freed } = this
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= freed.length) break
      if (child + 1 < freed.length && freed[child + 1]! < freed[child]!) child++
      if (freed[child]! >= tid) break
      freed[at] = freed[child]!
      at = child
    }
    freed[at] = tid
  }
}

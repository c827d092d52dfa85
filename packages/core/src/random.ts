/** A generator of a kernel's own: Mulberry32, one 32-bit word of state, the same sequence everywhere. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0
  }

  /** The next 32 bits, not negative. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let word = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return (word ^ (word >>> 14)) >>> 0
  }
}

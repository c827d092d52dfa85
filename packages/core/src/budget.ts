/** A resource of which there is a fixed number: kernel stacks, pages, table entries. */
export class Budget {
  used = 0

  constructor(
    readonly name: string,
    /** How many there are; Infinity for a machine that never runs out. */
    readonly limit: number = Infinity,
  ) {}

  get isExhausted(): boolean {
    return this.used >= this.limit
  }

  take(): void {
    this.used++
  }

  give(): void {
    this.used--
  }
}

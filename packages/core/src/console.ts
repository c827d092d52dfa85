/** The console: what the kernel printed, in lines. A line is open until its newline comes. */
export class Console {
  private readonly complete: string[] = []
  private open = ''

  /** Prints text; `\n` ends a line. */
  write(text: string): void {
    const parts = (this.open + text).split('\n')
    this.open = parts.pop()!
    this.complete.push(...parts)
  }

  /** The lines so far, an unfinished one included. */
  get lines(): readonly string[] {
    return this.open === '' ? this.complete : [...this.complete, this.open]
  }
}

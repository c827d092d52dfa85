/** The part of js-csp that a benchmark needs; the package has no types. */
declare module 'js-csp' {
  interface Channel<T> {
    /** Brands the channel with what it carries. */
    readonly carries?: T
    close(): void
  }
  interface Instruction {
    readonly channel: unknown
  }
  type Process = Generator<Instruction | Channel<unknown>, unknown, unknown>

  const csp: {
    readonly CLOSED: null
    chan<T>(buffered?: number): Channel<T>
    take(channel: Channel<unknown>): Instruction
    put<T>(channel: Channel<T>, value: T): Instruction
    go<A extends unknown[]>(process: (...args: A) => Process, args?: A): Channel<unknown>
    spawn(process: Process): Channel<unknown>
    takeAsync<T>(channel: Channel<T>, callback: (value: T | null) => void): void
    putAsync<T>(channel: Channel<T>, value: T, callback?: () => void): void
  }
  export default csp
}

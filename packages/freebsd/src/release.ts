/** What another release answers differently, as named facts. No code asks which release it runs on. */
export interface Release {
  /** `8.0`. */
  readonly version: string
  readonly name: string
  /** Ticks by which a callout, and so a sleep's time-out, comes later than asked. */
  readonly calloutSlackTicks: number
}

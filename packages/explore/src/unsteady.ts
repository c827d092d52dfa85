/**
 * A program made another call when its first steps were made again: it keeps something outside `make` and `main`, or
 * threads share a plain variable, which no call tells of.
 */
export class Unsteady extends TypeError {
  override readonly name = 'Unsteady'

  /**
   * @param then - What a thread called there in an earlier run.
   * @param now - What it calls now, null when it cannot go on.
   */
  constructor(then: string, now: string | null) {
    super(
      `explore: a thread that called ${then} ${now === null ? 'cannot go on' : `now calls ${now}`} although nothing ` +
        'before it was different: what threads share must be in k.cell(), and nothing may be kept from run to run',
    )
  }
}

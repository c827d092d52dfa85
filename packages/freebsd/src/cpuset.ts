/** `struct cpuset`: CPUs on which a thread may run. Shared by reference until somebody changes it. */
export class Cpuset {
  constructor(
    readonly cs_id: number,
    /** A bit for each CPU. */
    readonly cs_mask: number,
  ) {}

  has(cpu: { readonly index: number }): boolean {
    return (this.cs_mask & (1 << cpu.index)) !== 0
  }
}

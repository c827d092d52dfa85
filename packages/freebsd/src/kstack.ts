import { KSTACK_GUARD_PAGES, KSTACK_MAX_PAGES } from './param.js'

/** Stacks of a size that is not the default are never cached. */
const CACHE_SIZE = 128

/** Kernel stacks: address space for them, and a cache of those of the default size. */
export class Kstacks {
  /** vm.kstacks: stacks there are, those in the cache included. */
  count = 0
  /** vm.kstack_cache_size. */
  cacheSize: number = CACHE_SIZE
  private cached = 0
  private usedPages = 0

  constructor(
    readonly defaultPages: number,
    private readonly kvaPages: number,
  ) {}

  /**
   * The size that a request for so many pages gets.
   *
   * @param isLiteral - As the page has it: what was asked for. Else 1 and less mean the default, and 32 is the most
   *   (FB8-D-12).
   */
  sizeOf(pages: number, isLiteral: boolean): number {
    if (isLiteral ? pages <= 0 : pages <= 1) return this.defaultPages
    return isLiteral ? pages : Math.min(pages, KSTACK_MAX_PAGES)
  }

  /** Takes a stack. False without address space for it and its guard page. */
  take(pages: number): boolean {
    if (pages === this.defaultPages && this.cached > 0) {
      this.cached--
      return true
    }
    const whole = pages + KSTACK_GUARD_PAGES
    if (this.usedPages + whole > this.kvaPages) return false
    this.usedPages += whole
    this.count++
    return true
  }

  give(pages: number): void {
    if (pages === this.defaultPages && this.cached < this.cacheSize) {
      this.cached++
      return
    }
    this.usedPages -= pages + KSTACK_GUARD_PAGES
    this.count--
  }
}

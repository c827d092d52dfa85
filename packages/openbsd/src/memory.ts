import { AddressSpace, type Out } from '@kt/core'
import { EFAULT } from './errno.js'

/** A place in user memory, given to a system call: a variable of the process, a word of a mapping, or NULL. */
export type UserPointer<T> = Out<T> | Word<T> | null

const PAGE_BYTES = 4096
/** Where mmap begins, and where the main thread's stack and the variables on it lie. */
const FIRST_MAPPING = 0x2_0000_0000
const STACK_END = 0x7f7f_ffff_0000
const STACK_BYTES = 8 * 1024 * 1024
const VARIABLES_END = STACK_END - 0x1000
const VARIABLE_BYTES = 16

/** A stretch of user memory: what mmap(2) returned. */
export class Mapping {
  /** Address spaces it is in: that of the process that mapped it, and the copies that were forked. */
  spaces = 1
  /** Is told when user code or the kernel reads or writes it; null when nobody asks. */
  onAccess: ((isWrite: boolean) => void) | null = null
  private readonly words: Map<number, unknown> = new Map()

  constructor(
    /** Address of the first byte. */
    readonly address: number,
    /** Bytes. */
    readonly length: number,
    readonly isWritable: boolean,
  ) {}

  /** Whether anybody has it still. */
  get isMapped(): boolean {
    return this.spaces > 0
  }

  /** Address just above the last byte: where a stack that grows down begins. */
  get end(): number {
    return this.address + this.length
  }

  /**
   * A pointer to a word.
   *
   * @param offset - Bytes from the beginning; one beyond the end is a wild pointer.
   */
  word<T = number>(offset = 0): Word<T> {
    if (!Number.isInteger(offset)) throw new RangeError(`word: an offset is a whole number, not ${String(offset)}`)
    return new Word<T>(this, offset)
  }

  /** Whether so many bytes at an address can be stored to. */
  canStore(address: number, bytes: number): boolean {
    return this.isMapped && this.isWritable && address >= this.address && address + bytes <= this.end
  }

  load(offset: number): unknown {
    return this.words.get(offset) ?? null
  }

  store(offset: number, value: unknown): void {
    this.words.set(offset, value)
  }
}

/** A pointer into a mapping. User code reads and writes through `value`. */
export class Word<T = number> implements Out<T> {
  constructor(
    readonly mapping: Mapping,
    readonly offset: number,
  ) {}

  get address(): number {
    return this.mapping.address + this.offset
  }

  get value(): T | null {
    this.mapping.onAccess?.(false)
    this.check(this.mapping.isMapped)
    return this.mapping.load(this.offset) as T | null
  }
  set value(value: T | null) {
    this.mapping.onAccess?.(true)
    this.check(this.mapping.canStore(this.address, WORD_BYTES))
    this.mapping.store(this.offset, value)
  }

  private check(isThere: boolean): void {
    if (isThere && this.offset >= 0 && this.offset + WORD_BYTES <= this.mapping.length) return
    throw new TypeError(`user code touched 0x${this.address.toString(16)}, where it would get SIGSEGV`)
  }
}

/** Bytes of what a `Word` points to. */
const WORD_BYTES = 4

/** `struct vmspace`: an address space, shared by all who were forked with it. */
export class Vmspace extends AddressSpace {
  vm_refcnt = 1
  private readonly mappings: Set<Mapping> = new Set()
  /** The main thread's stack. */
  readonly stack: Mapping = new Mapping(STACK_END - STACK_BYTES, STACK_BYTES, true)
  private next = FIRST_MAPPING
  private readonly variables: Map<object, number> = new Map()

  map(bytes: number, isWritable: boolean): Mapping {
    const length = Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES
    if (this.next + length > this.stack.address) throw new RangeError(`mmap: there is no room for ${bytes} bytes`)
    const mapping = new Mapping(this.next, length, isWritable)
    // A page between two mappings that nothing is in.
    this.next += length + PAGE_BYTES
    this.mappings.add(mapping)
    return mapping
  }

  /** Takes a mapping out of this space: whether it was there. */
  unmap(mapping: Mapping): boolean {
    if (!this.mappings.delete(mapping)) return false
    mapping.spaces--
    return true
  }

  has(mapping: Mapping): boolean {
    return mapping === this.stack || this.mappings.has(mapping)
  }

  /** One thread fewer refers to it. What only it had can still be looked at when all is over. */
  leave(): void {
    this.vm_refcnt--
    if (this.vm_refcnt > 0) return
    for (const mapping of this.mappings) if (mapping.spaces > 1) mapping.spaces--
  }

  /** What a forked process gets: the same mappings at the same addresses, to unmap on its own. */
  copy(name: string): Vmspace {
    const space = new Vmspace(name)
    space.next = this.next
    for (const mapping of this.mappings) {
      mapping.spaces++
      space.mappings.add(mapping)
    }
    return space
  }

  /** Whether a word at an address can be stored to: a push on a stack. */
  canStore(address: number, bytes: number): boolean {
    if (this.stack.canStore(address, bytes)) return true
    for (const mapping of this.mappings) if (mapping.canStore(address, bytes)) return true
    return false
  }

  /** The address of a variable or a word, as traces print it. */
  addressOf(pointer: unknown): number {
    if (pointer === null || pointer === undefined) return 0
    if (typeof pointer === 'number') return pointer
    if (pointer instanceof Word) return pointer.address
    if (pointer instanceof Mapping) return pointer.address
    if (typeof pointer !== 'object' && typeof pointer !== 'function') return 0
    let address = this.variables.get(pointer)
    if (address === undefined) {
      address = VARIABLES_END - (this.variables.size + 1) * VARIABLE_BYTES
      this.variables.set(pointer, address)
    }
    return address
  }
}

/** Stores a value in user memory: 0, or `EFAULT` when the pointer is bad. */
export function copyout<T>(space: Vmspace, value: T, pointer: UserPointer<T>): number {
  if (!isStorable(space, pointer)) return EFAULT
  pointer.value = value
  return 0
}

/** Fetches a value or a whole structure from user memory, null when the pointer is bad. */
export function copyin<T>(space: Vmspace, pointer: T | Word<T> | null): T | null {
  if (pointer === null || pointer === undefined) return null
  if (!(pointer instanceof Word)) return pointer
  return isGood(space, pointer, false) ? pointer.value : null
}

/** Whether the kernel could store through a pointer. */
export function isStorable<T>(space: Vmspace, pointer: UserPointer<T>): pointer is Out<T> {
  return isGood(space, pointer, true)
}

function isGood<T>(space: Vmspace, pointer: UserPointer<T>, isStore: boolean): pointer is Out<T> {
  if (pointer === null) return false
  if (!(pointer instanceof Word)) return typeof pointer === 'object'
  const { mapping, offset } = pointer
  if (!space.has(mapping) || (isStore && !mapping.isWritable)) return false
  return offset >= 0 && offset + WORD_BYTES <= mapping.length
}

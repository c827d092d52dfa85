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
  isMapped = true
  private readonly words: Map<number, unknown> = new Map()

  constructor(
    readonly space: Vmspace,
    /** Address of the first byte. */
    readonly address: number,
    /** Bytes. */
    readonly length: number,
    readonly isWritable: boolean,
  ) {}

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
    this.check(this.mapping.isMapped)
    return this.mapping.load(this.offset) as T | null
  }
  set value(value: T | null) {
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
  readonly mappings: Mapping[] = []
  /** The main thread's stack. */
  readonly stack: Mapping = new Mapping(this, STACK_END - STACK_BYTES, STACK_BYTES, true)
  private next = FIRST_MAPPING
  private readonly variables: Map<object, number> = new Map()

  map(bytes: number, isWritable: boolean): Mapping {
    const length = Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES
    const mapping = new Mapping(this, this.next, length, isWritable)
    // A page between two mappings that nothing is in.
    this.next += length + PAGE_BYTES
    this.mappings.push(mapping)
    return mapping
  }

  /** Whether a word at an address can be stored to: a push on a stack. */
  canStore(address: number, bytes: number): boolean {
    return this.stack.canStore(address, bytes) || this.mappings.some((mapping) => mapping.canStore(address, bytes))
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
  if (mapping.space !== space || !mapping.isMapped || (isStore && !mapping.isWritable)) return false
  return offset >= 0 && offset + WORD_BYTES <= mapping.length
}

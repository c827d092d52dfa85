/**
 * The formatter behind every kernel name and console line: printf(9) without the console.
 *
 * A C string is bytes and a JavaScript string is not, so one rule covers every count in this file: field width,
 * precision of `%s` and buffer size are bytes of UTF-8, and a cut never splits a character.
 */

/** What may stand for one C argument. No conversion accepts `undefined`: it is here to be refused with our message. */
export type PrintfArgument = string | number | bigint | boolean | object | null | undefined

/** What `format` may be told besides the arguments of printf. */
export interface FormatOptions {
  /**
   * Size of the destination in bytes with its terminating NUL, as snprintf has it: at most `size - 1` bytes survive.
   * 0 gives `''`; without it nothing is cut.
   */
  readonly size?: number

  /**
   * The pretended address of an object or function given to `%p`: an integer, always the same for the same object.
   * A fraction is a RangeError. Without `address`, `%p` refuses objects.
   */
  readonly address?: (object: object) => number
}

/**
 * Formats as the printf(9) family does on an LP64 machine.
 *
 * - `%d %i %u %o %x %X` take an integer `number`, a `bigint`, or a `boolean` for 0 and 1. They keep its low 32 bits: 8
 *   with size `hh`, 16 with `h`, 64 with `l ll z j t q`.
 * - `%c` takes a code, of which the low 8 bits count (U+0000 to U+00FF), or a string of one character.
 * - `%s` takes a string. Null prints `(null)`, cut to the precision like any string.
 * - `%p` takes an object or function, an integer, or null, which prints `0x0` (a BSD kernel has no `(nil)`).
 *
 * The flags are `- + space # 0`. Where C leaves a pair undefined, `0` pads `%s` and `%c` with zeros, as the BSD kernels
 * do, and any other flag, or a precision of `%c`, is ignored (our choice). Surplus arguments are ignored, as in C.
 *
 * @param fmt - The format. Without a `%` it is the result, cut to `options.size`.
 * @param args - One for each conversion, after an integer for each `*` in it. A negative width means the `-` flag and
 *   the absolute value, a negative precision means none.
 * @returns The text, not snprintf's length.
 * @throws TypeError when the conversion is unknown, or its argument is missing or of the wrong type, or its field
 *   would pass 4095 bytes. C promises nothing for any of these.
 * @see printf.9, without the kernels' own `%b %D %r %y`; C17 7.21.6.1.
 */
export function format(fmt: string, args: readonly PrintfArgument[], options?: FormatOptions): string {
  const text = fmt.includes('%') ? new Call(fmt, args, options?.address).print() : fmt
  return options?.size === undefined ? text : truncateBytes(text, options.size - 1)
}

/**
 * The longest beginning of a string that fits.
 *
 * @param maxBytes - Room in bytes of UTF-8, without a NUL. 0 and less give `''`.
 * @returns Whole characters only. Half of a surrogate pair counts 3 bytes, which is what encoders put in its place.
 */
export function truncateBytes(s: string, maxBytes: number): string {
  if (s.length * UNIT_BYTES_MAX <= maxBytes) return s
  let bytes = 0
  let end = 0
  while (end < s.length) {
    const code = s.codePointAt(end)!
    bytes += codeBytes(code)
    if (bytes > maxBytes) return s.slice(0, end)
    end += code > 0xffff ? 2 : 1
  }
  return s
}

/** Most bytes that one UTF-16 unit can take: a surrogate pair has 4 bytes for two units. */
const UNIT_BYTES_MAX = 3

/** Most bytes of one padded field. C17 7.21.6.1p15 asks this much of an implementation; more is surely a slip. */
const FIELD_BYTES_MAX = 4095
const TOO_WIDE = `asks for more than ${FIELD_BYTES_MAX} bytes`

/** Bits of C's int, the type of an integer without a size. */
const INT_BITS = 32

/** A precision: the conversion has none, or has `*` and its argument is not taken yet. The latter goes for a width too. */
const NO_PRECISION = -1
const FROM_ARGUMENT = -2

/** One call of `format`: a cursor over the format, another over the arguments, and the conversion at hand. */
class Call {
  private readonly fmt: string
  private readonly args: readonly PrintfArgument[]
  private readonly address: FormatOptions['address']

  private argsTaken = 0
  /** Where the conversion at hand begins, and how far it has been read: offsets in `fmt`, in UTF-16 units. */
  private start = 0
  private end = 0

  private flags = ''
  private widthBytes = 0
  private precision = NO_PRECISION
  private bits = INT_BITS

  constructor(fmt: string, args: readonly PrintfArgument[], address: FormatOptions['address']) {
    this.fmt = fmt
    this.args = args
    this.address = address
  }

  print(): string {
    let text = ''
    let literal = 0
    for (let at = this.fmt.indexOf('%'); at !== -1; at = this.fmt.indexOf('%', literal)) {
      text += this.fmt.slice(literal, at)
      this.start = at
      this.end = at + 1
      text += this.bare() ?? this.convert()
      literal = this.end
    }
    return text + this.fmt.slice(literal)
  }

  /** A `%d`, `%u` or `%s` with nothing between its two characters: nearly all that names of threads are made of. */
  private bare(): string | null {
    const letter = this.fmt.charAt(this.end)
    const value = this.args[this.argsTaken]
    let text: string
    if (letter === 's' && typeof value === 'string') text = value
    else if ((letter === 'd' || letter === 'u') && isSmall(value)) text = String(value)
    else return null
    this.end++
    this.argsTaken++
    return text
  }

  private convert(): string {
    this.flags = this.readFlags()
    this.widthBytes = this.readCount()
    this.precision = this.skip('.') ? this.readCount() : NO_PRECISION
    this.bits = this.readBits()
    const letter = this.fmt[this.end++]
    if (letter === 'd' || letter === 'i') return this.integer(10, true)
    if (letter === 'u') return this.integer(10, false)
    if (letter === 'o') return this.integer(8, false)
    if (letter === 'x') return this.integer(16, false)
    if (letter === 'X') return this.integer(16, false).toUpperCase()
    // A size goes with integers only: `%ls` would be wide characters, which no kernel has.
    if (this.bits === INT_BITS) {
      if (letter === 's') return this.string()
      if (letter === 'c') return this.character()
      if (letter === 'p') return this.pointer()
    }
    if (letter === '%' && this.end === this.start + 2) return '%'
    throw this.slip('is not a conversion')
  }

  private skip(character: string): boolean {
    const found = this.fmt[this.end] === character
    if (found) this.end++
    return found
  }

  private readFlags(): string {
    const from = this.end
    while (this.skip('-') || this.skip('+') || this.skip(' ') || this.skip('#') || this.skip('0')) continue
    return this.fmt.slice(from, this.end)
  }

  /** Reads a width, or a precision after its dot. No digits mean 0. */
  private readCount(): number {
    if (this.skip('*')) return FROM_ARGUMENT
    const from = this.end
    while (this.fmt.charAt(this.end) >= '0' && this.fmt.charAt(this.end) <= '9') this.end++
    return Number(this.fmt.slice(from, this.end))
  }

  /** Reads the size, and answers how many bits its type has. */
  private readBits(): number {
    if (this.skip('h')) return this.skip('h') ? 8 : 16
    if (this.skip('l')) {
      this.skip('l')
      return 64
    }
    return this.skip('z') || this.skip('j') || this.skip('t') || this.skip('q') ? 64 : INT_BITS
  }

  /** Takes the arguments of the conversion at hand: one for each `*`, then the value, which is the answer. */
  private take(): PrintfArgument {
    if (this.widthBytes === FROM_ARGUMENT) {
      this.widthBytes = this.takeCount('width')
      if (this.widthBytes < 0) {
        this.flags += '-'
        this.widthBytes = -this.widthBytes
      }
    }
    if (this.precision === FROM_ARGUMENT) this.precision = Math.max(this.takeCount('precision'), NO_PRECISION)
    if (this.widthBytes > FIELD_BYTES_MAX) throw this.slip(TOO_WIDE)
    return this.args[this.argsTaken++]
  }

  private takeCount(what: string): number {
    const count = this.args[this.argsTaken++]
    if (!isInteger(count)) throw this.refusal(`an integer for its ${what}`, count)
    return Number(narrow(count, INT_BITS, true))
  }

  private integer(base: number, signed: boolean): string {
    const taken = this.take()
    const value = typeof taken === 'boolean' ? Number(taken) : taken
    if (!isInteger(value)) throw this.refusal('an integer', value)
    const narrowed = narrow(value, this.bits, signed)
    let digits = this.digits(narrowed, base)
    let prefix = ''
    if (narrowed < 0) prefix = '-'
    else if (signed && this.flags.includes('+')) prefix = '+'
    else if (signed && this.flags.includes(' ')) prefix = ' '
    else if (this.flags.includes('#')) {
      if (base === 16 && narrowed > 0) prefix = '0x'
      if (base === 8 && !digits.startsWith('0')) digits = `0${digits}`
    }
    return this.pad(prefix, digits, this.precision === NO_PRECISION)
  }

  private pointer(): string {
    const value = this.take()
    let address: number | bigint = 0
    if (isInteger(value)) address = value
    else if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
      if (this.address === undefined) throw this.slip('got an object, but the call has no options.address')
      address = this.address(value)
    } else if (value !== null) throw this.refusal('an object, an integer or null', value)
    return this.pad('0x', this.digits(narrow(address, 64, false), 16), this.precision === NO_PRECISION)
  }

  private string(): string {
    const value = this.take()
    if (typeof value !== 'string' && value !== null) throw this.refusal('a string or null', value)
    const text = value ?? '(null)'
    return this.pad('', this.precision === NO_PRECISION ? text : truncateBytes(text, this.precision), true)
  }

  private character(): string {
    const value = this.take()
    if (isInteger(value)) return this.pad('', String.fromCharCode(Number(narrow(value, 8, false))), true)
    if (typeof value === 'string' && Array.from(value).length === 1) return this.pad('', value, true)
    throw this.refusal('a character or its code', value)
  }

  /** The digits of a magnitude, as many as the precision asks. Zero with precision 0 has none, says C. */
  private digits(value: number | bigint, base: number): string {
    if (this.precision > FIELD_BYTES_MAX) throw this.slip(TOO_WIDE)
    const digits = (value < 0 ? -value : value).toString(base)
    return digits === '0' && this.precision === 0 ? '' : digits.padStart(this.precision, '0')
  }

  /**
   * Fills the field.
   *
   * @param prefix - Sign or `0x`, which stays before zeros and after spaces.
   * @param zeros - Whether the `0` flag counts. It does not beside a precision of digits.
   */
  private pad(prefix: string, text: string, zeros: boolean): string {
    if (this.widthBytes === 0) return prefix + text
    const missing = Math.max(this.widthBytes - prefix.length - stringBytes(text), 0)
    if (this.flags.includes('-')) return prefix + text + ' '.repeat(missing)
    if (zeros && this.flags.includes('0')) return prefix + '0'.repeat(missing) + text
    return ' '.repeat(missing) + prefix + text
  }

  private refusal(wanted: string, given: PrintfArgument): TypeError {
    const place = `argument ${this.argsTaken}`
    if (this.argsTaken > this.args.length) return this.slip(`wants ${wanted}, but there is no ${place}`)
    return this.slip(`wants ${wanted}, got ${shown(given)} as ${place}`)
  }

  private slip(what: string): TypeError {
    const conversion = JSON.stringify(this.fmt.slice(this.start, this.end))
    return new TypeError(`printf: ${conversion} at offset ${this.start} of ${JSON.stringify(this.fmt)} ${what}`)
  }
}

function isInteger(value: PrintfArgument): value is number | bigint {
  return typeof value === 'bigint' || Number.isInteger(value)
}

/** Whether a value is an integer that an int and an unsigned int have alike. */
function isSmall(value: PrintfArgument | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0x7fff_ffff
}

/** C's conversion to an integer type of so many bits. Up to 32 bits the shifts do it, without a bigint. */
function narrow(value: number | bigint, bits: number, signed: boolean): number | bigint {
  if (typeof value === 'number' && bits <= 32) {
    const spare = 32 - bits
    return signed ? (value << spare) >> spare : (value << spare) >>> spare
  }
  return signed ? BigInt.asIntN(bits, BigInt(value)) : BigInt.asUintN(bits, BigInt(value))
}

function stringBytes(s: string): number {
  let bytes = 0
  for (const character of s) bytes += codeBytes(character.codePointAt(0)!)
  return bytes
}

/** Bytes of one code point in UTF-8. */
function codeBytes(code: number): number {
  if (code < 0x80) return 1
  if (code < 0x800) return 2
  return code > 0xffff ? 4 : 3
}

function shown(value: PrintfArgument): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

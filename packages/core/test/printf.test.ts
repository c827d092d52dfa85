import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { format, truncateBytes, type FormatOptions, type PrintfArgument } from '../src/printf.js'

type Row = readonly [fmt: string, args: readonly PrintfArgument[], text: string, options?: FormatOptions]

function clause(says: string, rows: readonly Row[]): void {
  test(says, () => {
    for (const [fmt, args, text, options] of rows) expect([fmt, format(fmt, args, options)]).toEqual([fmt, text])
  })
}

describe('a conversion', () => {
  clause('is replaced by its argument, from left to right, and the rest is kept', [
    ['', [], ''],
    ['idle', [], 'idle'],
    ['%s%d', ['cpu', 0], 'cpu0'],
    ['[%s] %d of %d', ['nfsiod', 1, 4], '[nfsiod] 1 of 4'],
    ['100%%', [], '100%'],
    ['%%d%d%%', [5], '%d5%'],
    ['%d', [1, 'surplus'], '1'],
  ])
  clause('takes integers as number, bigint or boolean', [
    ['%d %i', [-7, -7n], '-7 -7'],
    ['%u %o %x %X', [255, 255, 255, 255], '255 377 ff FF'],
    ['%d%d', [true, false], '10'],
    ['%d %u', [-0, -0], '0 0'],
  ])
  clause('keeps the low 32 bits of an integer without a size', [
    ['%d', [2 ** 31], '-2147483648'],
    ['%d', [2 ** 32 + 5], '5'],
    ['%d', [-(2n ** 64n) - 1n], '-1'],
    ['%u', [-1], '4294967295'],
    ['%x', [-1n], 'ffffffff'],
  ])
  clause('keeps 8 bits with hh and 16 with h', [
    ['%hhd %hhd', [127, 128], '127 -128'],
    ['%hhu', [-1], '255'],
    ['%hd %hx', [32768, -1], '-32768 ffff'],
  ])
  clause('keeps 64 bits with l ll z j t q', [
    ['%ld %lld %zd %jd %td %qd', [-1, -1, -1, -1, -1, -1], '-1 -1 -1 -1 -1 -1'],
    ['%lu', [-1], '18446744073709551615'],
    ['%lx', [2 ** 32], '100000000'],
    ['%jd', [2n ** 63n], '-9223372036854775808'],
    ['%zu', [2n ** 64n + 3n], '3'],
  ])
  clause('%s prints null as (null), and cuts it like a string', [
    ['%s', [null], '(null)'],
    ['%8s', [null], '  (null)'],
    ['%.3s', [null], '(nu'],
  ])
  clause('%c takes one character, or its code of 8 bits', [
    ['%c%c%c', ['a', 98, 99n], 'abc'],
    ['%c', ['😀'], '😀'],
    ['%c', [0xe9], 'é'],
    ['%c', [0x141], 'A'],
    ['%3c|%-3c|', ['x', 'y'], '  x|y  |'],
  ])

  const thread = { name: 'aiodoned' }
  const body = (): void => undefined
  const address = (object: object): number => (object === thread ? 0xc0de1000 : 0xc0de2000)
  clause('%p prints 0x and hexadecimal digits, also for null', [
    ['%p', [null], '0x0'],
    ['%p %p', [4096, 0xffffffff80200000n], '0x1000 0xffffffff80200000'],
    ['%p', [-1], '0xffffffffffffffff'],
    ['%p %p', [thread, thread], '0xc0de1000 0xc0de1000', { address }],
    ['%p', [body], '0xc0de2000', { address }],
    ['%8p|%-8p|%08p', [16, 16, 16], '    0x10|0x10    |0x000010'],
  ])
})

describe('a field', () => {
  clause('width pads on the left, with - on the right', [
    ['%5d|%-5d|%2d', [42, 42, 12345], '   42|42   |12345'],
    ['%6s|%-6s|', ['kmem', 'kmem'], '  kmem|kmem  |'],
  ])
  clause('width counts bytes of UTF-8', [['%4s|%5s|%6s', ['é', '→', '😀'], '  é|  →|  😀']])
  clause('0 pads with zeros behind sign and 0x, unless there is - or a precision of digits', [
    ['%05d', [-42], '-0042'],
    ['%#06x', [255], '0x00ff'],
    ['%-05d|', [42], '42   |'],
    ['%05.2d', [4], '   04'],
  ])
  clause('0 pads %s and %c with zeros, as the kernels do', [['%05s %03c', ['ab', 'c'], '000ab 00c']])
  clause('+ and space sign what is not negative, and + wins', [
    ['%+d %+d % d % d', [5, -5, 5, -5], '+5 -5  5 -5'],
    ['%+ d', [5], '+5'],
  ])
  clause('# marks octal and hexadecimal, but not a hexadecimal zero', [
    ['%#o %#x %#X', [8, 255, 255], '010 0xff 0XFF'],
    ['%#x %#o', [0, 0], '0 0'],
    ['%#.3o %#.4o', [8, 8], '010 0010'],
  ])
  clause('flags without a meaning are ignored', [['%+u % x %#d %+s', [1, 1, 1, 's'], '1 1 1 s']])
  clause('precision is the least number of digits, and with 0 a zero has none', [
    ['%.3d %.3d', [5, -5], '005 -005'],
    ['[%.0d] [%.d] [%+.0d]', [0, 0, 0], '[] [] [+]'],
    ['[%#.0x] [%#.0o]', [0, 0], '[] [0]'],
  ])
  clause('precision is the most bytes of %s, and never splits a character', [
    ['%.3s', ['reaper'], 'rea'],
    ['%.s|%.0s', ['a', 'b'], '|'],
    ['%.2s|%.3s', ['aé', 'aé'], 'a|aé'],
    ['%4.2s', ['aé'], '   a'],
  ])
  clause('* takes the number from an argument', [
    ['%*d|%-*d|', [4, 1, 4, 1], '   1|1   |'],
    ['%.*s', [2, 'abc'], 'ab'],
    ['%*.*d', [6, 3, 7], '   007'],
  ])
  clause('a negative width is -, a negative precision is none', [
    ['%*d|%0*d|', [-4, 1, -4, 1], '1   |1   |'],
    ['%.*s %.*d', [-1, 'abc', -1, 0], 'abc 0'],
    ['%0.*d%03.*d', [-1, 4, -2, 5], '4005'],
  ])
})

describe('the size of the buffer', () => {
  clause('counts the terminating NUL, so one byte less survives', [
    ['kthread%d', [10], 'kthread', { size: 8 }],
    ['kthread%d', [10], 'kthread10', { size: 10 }],
    ['no conversion', [], 'no con', { size: 7 }],
    ['abc', [], '', { size: 1 }],
    ['abc', [], '', { size: 0 }],
  ])
  clause('counts bytes of UTF-8 and drops a character that does not fit', [
    ['%s', ['aé'], 'a', { size: 3 }],
    ['%s', ['aé'], 'aé', { size: 4 }],
    ['%s', ['a→b'], 'a', { size: 4 }],
    ['a😀b', [], 'a', { size: 5 }],
    ['a😀b', [], 'a😀', { size: 6 }],
  ])
  test('does not hide a wrong argument behind the cut', () => {
    expect(() => format('kthread%d', ['x'], { size: 4 })).toThrow(TypeError)
  })
  test('truncateBytes keeps the longest beginning of whole characters', () => {
    const cuts = [-1, 0, 1, 2, 3, 5, 6, 9, 10, 99].map((maxBytes) => truncateBytes('aé→😀', maxBytes))
    expect(cuts).toEqual(['', '', 'a', 'a', 'aé', 'aé', 'aé→', 'aé→', 'aé→😀', 'aé→😀'])
    expect([2, 3, 4].map((maxBytes) => truncateBytes('\ud800b', maxBytes))).toEqual(['', '\ud800', '\ud800b'])
    for (const code of [0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff]) {
      const character = String.fromCodePoint(code)
      const bytes = Buffer.byteLength(character)
      expect(truncateBytes(character.repeat(4), 3 * bytes)).toBe(character.repeat(3))
      expect(truncateBytes(character.repeat(4), 4 * bytes - 1)).toBe(character.repeat(3))
      expect(truncateBytes(character.repeat(4), 4 * bytes)).toBe(character.repeat(4))
    }
  })
})

describe('a slip of the caller is a TypeError', () => {
  const slips: readonly (readonly [fmt: string, args: readonly PrintfArgument[], message: string])[] = [
    ['cpu %5d', ['0'], 'printf: "%5d" at offset 4 of "cpu %5d" wants an integer, got "0" as argument 1'],
    ['%d%d', [1], 'printf: "%d" at offset 2 of "%d%d" wants an integer, but there is no argument 2'],
    ['%d', [1.5], 'printf: "%d" at offset 0 of "%d" wants an integer, got 1.5 as argument 1'],
    ['%u', [NaN], 'wants an integer, got NaN'],
    ['%x', [-Infinity], 'wants an integer, got -Infinity'],
    ['%d', [null], 'wants an integer, got null'],
    ['%d', [undefined], 'wants an integer, got undefined'],
    ['%s', [5n], 'wants a string or null, got 5n'],
    ['%s', [{}], 'wants a string or null, got an object'],
    ['%s', [(): void => undefined], 'wants a string or null, got a function'],
    ['%s', [undefined], 'wants a string or null, got undefined'],
    ['%c', ['ab'], 'wants a character or its code, got "ab"'],
    ['%c', [''], 'wants a character or its code, got ""'],
    ['%c', [true], 'wants a character or its code, got true'],
    ['%p', ['0x10'], 'wants an object, an integer or null, got "0x10"'],
    ['%p', [{}], 'got an object, but the call has no options.address'],
    ['%*d', ['5', 1], 'printf: "%*d" at offset 0 of "%*d" wants an integer for its width, got "5" as argument 1'],
    ['%.*d', [1.5, 1], 'wants an integer for its precision, got 1.5 as argument 1'],
    ['%*d', [5], 'wants an integer, but there is no argument 2'],
    ['load %f', [1], 'printf: "%f" at offset 5 of "load %f" is not a conversion'],
    ['50%', [], 'printf: "%" at offset 2 of "50%" is not a conversion'],
    ['%lld %llld', [1, 1], 'printf: "%lll" at offset 5'],
    ['%ls', ['a'], '"%ls" at offset 0'],
    ['%hc', ['a'], '"%hc" at offset 0'],
    ['%lp', [1], '"%lp" at offset 0'],
    ['%5%', [], '"%5%" at offset 0'],
    ['%.-5d', [1], '"%.-" at offset 0'],
    ['%n', [null], '"%n" at offset 0'],
    ['%5000d', [1], '"%5000d" at offset 0 of "%5000d" asks for more than 4095 bytes'],
    ['%.5000x', [1], 'asks for more than 4095 bytes'],
    ['%*d', [-(2 ** 31), 1], 'asks for more than 4095 bytes'],
  ]
  for (const [fmt, args, message] of slips) {
    test(`${fmt} ${message}`, () => {
      expect(() => format(fmt, args)).toThrow(TypeError)
      expect(() => format(fmt, args)).toThrow(message)
    })
  }
  test("an address that is no integer is the resolver's own mistake, a RangeError", () => {
    expect(() => format('%p', [{}], { address: () => NaN })).toThrow(RangeError)
  })
  test('a long precision of %s pads nothing, so it is allowed', () => {
    expect(format('%.*s', [2 ** 31 - 1, 'abc'])).toBe('abc')
  })
})

/** One conversion with literal text around it. */
interface Piece {
  readonly fmt: string
  /** The same without the size of the integer type. */
  readonly bareFmt: string
  readonly letter: string
  /** Of the integer type. */
  readonly bits: number
  /** Arguments of `*`. */
  readonly stars: readonly number[]
  readonly value: PrintfArgument
  /** The value as C gets it: a string itself, of all others the 64 bits in decimal. */
  readonly text: string
}

/** A call with one to three conversions. */
interface Sample {
  readonly pieces: readonly Piece[]
  /** Of the buffer, in bytes. */
  readonly size: number
}

const BITS: Readonly<Record<string, number>> = { '': 32, hh: 8, h: 16, l: 64, ll: 64, z: 64, j: 64, t: 64, q: 64 }
const FLAGS: Readonly<Record<string, string>> = { d: '-0+ ', i: '-0+ ', u: '-0', o: '-0#', x: '-0#', X: '-0#' }
const LITERALS = ['', '', ' ', 'kthread', '100%% ', 'd', 'lx', '5', '.3s', '-', '#', 'é→😀', '%%d', '*']
const ASCII = ['', 'a', 'pagedaemon', '%d', 'a b', 'x%', 'aiodoned-0123456789']
const STRINGS = [...ASCII, 'é', 'a→b', '😀', 'naïve 線程', null]
const THREAD = { name: 'idle' }
const address = (object: object): number => (object === THREAD ? 0x7fff00001000 : 0)
const ROOM_BYTES = 4096

/** Always the same samples, all of them calls that C defines (but for null in `%s`, which libraries agree on). */
function* samples(count: number): Generator<Sample> {
  let state = 9
  /** mulberry32: an integer from 0 to `n - 1`. */
  function below(n: number): number {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
  const once = (n: number): boolean => below(n) === 0
  const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T

  /** Either some random bits or a neighbour of a power of two, where the types of C end. */
  function integer(): number | bigint {
    const bits = below(66)
    const random = (BigInt(below(2 ** 32)) << 32n) | BigInt(below(2 ** 32))
    const magnitude = once(2) ? BigInt.asUintN(bits, random) : (1n << BigInt(bits)) + BigInt(below(3) - 1)
    const value = once(2) ? magnitude : -magnitude
    return once(2) && BigInt(Number(value)) === value ? Number(value) : value
  }

  function argument(letter: string, cut: boolean): Pick<Piece, 'value' | 'text'> {
    if (letter === 's') {
      const value = oneOf(cut ? ASCII : STRINGS) // C cuts through a character.
      return { value, text: value ?? '(null)' }
    }
    if (letter === 'c') {
      const code = 33 + below(94)
      return { value: once(2) ? code : String.fromCharCode(code), text: `${code}` }
    }
    if (letter === 'p') {
      const at = once(3) ? address(THREAD) : 1 + below(2 ** 32)
      return { value: at === address(THREAD) ? THREAD : at, text: `${at}` }
    }
    const value = integer()
    return { value, text: `${BigInt.asUintN(64, BigInt(value))}` }
  }

  function piece(): Piece {
    const letter = oneOf(Array.from('ddiuoxXsscp'))
    const stars: number[] = []
    let front = `${oneOf(LITERALS)}%`
    for (let flags = below(4); flags > 0; flags--) front += oneOf(Array.from(FLAGS[letter] ?? '-'))
    const width = oneOf(['', '', '1', '5', '12', '24', '*'])
    if (width === '*') stars.push(below(49) - 24)
    const precision = 'cp'.includes(letter) ? '' : oneOf(['', '', '', '', '.', '.0', '.1', '.3', '.8', '.20', '.*'])
    if (precision === '.*') stars.push(below(16) - 3)
    const size = letter in FLAGS ? oneOf(Object.keys(BITS)) : ''
    const back = `${letter}${once(4) ? oneOf(LITERALS) : ''}`
    front += `${width}${precision}`
    const fmts = { fmt: front + size + back, bareFmt: front + back }
    return { ...fmts, letter, bits: BITS[size] ?? 32, stars, ...argument(letter, precision !== '') }
  }

  for (let made = 0; made < count; made++) {
    yield { pieces: Array.from({ length: 1 + below(3) }, piece), size: once(3) ? below(24) : ROOM_BYTES }
  }
}

/** What a library prints for each sample, as bytes: C may end in the middle of a character. */
type Library = (of: readonly Sample[]) => readonly Buffer[]

function run(command: string, args: readonly string[], input = ''): Buffer {
  const env = { ...process.env, LC_ALL: 'C' } // Fields are bytes.
  const { status, stdout, stderr, error } = spawnSync(command, args, { input, env, maxBuffer: 2 ** 26 })
  if (status !== 0) throw error ?? new Error(`${command} failed: ${stderr.toString()}`)
  return stdout
}

function splitBytes(bytes: Buffer, separator: number): Buffer[] {
  const parts: Buffer[] = []
  for (let from = 0, end; (end = bytes.indexOf(separator, from)) !== -1; from = end + 1)
    parts.push(bytes.subarray(from, end))
  return parts
}

/**
 * Reads lines, their parts separated by \1. `S size` begins a buffer, `P fmt kind value stars` appends one conversion
 * to it, `E` prints it and a \2.
 */
const C_PROGRAM = String.raw`
#define _DEFAULT_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(int) == 4 && sizeof(long) == 8 && sizeof(void *) == 8, "format() is LP64");

#define APPEND(value) \
  (a == NULL ? snprintf(to, room, fmt, value) : b == NULL ? snprintf(to, room, fmt, atoi(a), value) \
    : snprintf(to, room, fmt, atoi(a), atoi(b), value))

int main(void) {
  static char line[4096], buffer[${ROOM_BYTES}];
  size_t size = 0, used = 0;
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    char *rest = line + 1, *fmt = strsep(&rest, "\1");
    if (line[0] == 'S') {
      size = strtoul(fmt, NULL, 10);
      used = 0;
      buffer[0] = 0;
    } else if (line[0] == 'E') {
      printf("%s\2", buffer);
    } else {
      char kind = *strsep(&rest, "\1"), *text = strsep(&rest, "\1"), *a = strsep(&rest, "\1"), *b = strsep(&rest, "\1");
      char *to = used < size ? buffer + used : NULL;
      size_t room = used < size ? size - used : 0;
      uint64_t bits = kind == 's' ? 0 : strtoull(text, NULL, 10);
      if (kind == 's') used += APPEND(text);
      if (kind == 'n') used += APPEND((char *)NULL);
      if (kind == 'p') used += APPEND((void *)bits);
      if (kind == 'i') used += APPEND((int)bits);
      if (kind == 'l') used += APPEND((long)bits);
    }
  }
  return 0;
}
`

/** The library of the machine's C compiler: snprintf itself, with the size of the buffer. */
const cLibrary: Library = (of) => {
  const lines = of.flatMap(({ pieces, size }) => [`S${size}`, ...pieces.map(cLine), 'E'])
  const directory = mkdtempSync(join(tmpdir(), 'kt-printf-'))
  try {
    const program = join(directory, 'printf')
    writeFileSync(`${program}.c`, C_PROGRAM)
    run('cc', ['-w', '-o', program, `${program}.c`])
    return splitBytes(run(program, [], `${lines.join('\n')}\n`), 2)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function cLine({ fmt, letter, bits, stars, value, text }: Piece): string {
  let kind = bits === 64 ? 'l' : 'i'
  if (letter === 's') kind = value === null ? 'n' : 's'
  if (letter === 'p') kind = 'p'
  return `P${[fmt, kind, text, ...stars].join('\x01')}`
}

/** The printf command, for a machine without a compiler. C's integer types and the buffer are not its business. */
const shellCommand: Library = (of) => {
  const texts: Buffer[] = []
  const batch = 500 // Their formats are one argument, and Linux allows that 128 KiB.
  for (let from = 0; from < of.length; from += batch) {
    const part = of.slice(from, from + batch)
    const fmts = part.map(({ pieces }) => `${pieces.map(({ bareFmt }) => bareFmt).join('')}\x02`)
    const args = part.flatMap(({ pieces }) =>
      pieces.flatMap((piece) => [...piece.stars.map(String), shellArgument(piece)]),
    )
    texts.push(...splitBytes(run('printf', ['--', fmts.join(''), ...args]), 2))
  }
  return texts.map((bytes, n) => bytes.subarray(0, Math.max((of[n]?.size ?? 0) - 1, 0)))
}

function shellArgument({ letter, bits, text }: Piece): string {
  if (letter === 's') return text
  if (letter === 'c') return String.fromCharCode(Number(text))
  return `${'di'.includes(letter) ? BigInt.asIntN(bits, BigInt(text)) : BigInt.asUintN(bits, BigInt(text))}`
}

function disagreements(of: readonly Sample[], library: Library): readonly object[] {
  const found: object[] = []
  const texts = library(of)
  expect(texts.length).toBe(of.length)
  for (const [n, { pieces, size }] of of.entries()) {
    const fmt = pieces.map((piece) => piece.fmt).join('')
    const args = pieces.flatMap(({ stars, value }) => [...stars, value])
    const ours = format(fmt, args, size === ROOM_BYTES ? { address } : { address, size })
    // As a stream, so that the bytes of a character which the buffer cut are left out.
    const theirs = new TextDecoder().decode(texts[n], { stream: true })
    if (ours !== theirs) found.push({ fmt, args, size, ours, theirs })
  }
  return found
}

describe('random calls print what C prints', () => {
  const all = [...samples(20_000)]

  // Without a compiler the second test still runs against something real.
  const compiler = spawnSync('cc', ['--version']).status === 0
  if (compiler) {
    test(`snprintf of the C library: ${all.length} calls`, () => {
      expect(disagreements(all, cLibrary)).toEqual([])
    })
  }

  const known = all.filter(({ pieces }) => pieces.every(({ letter }) => letter !== 'p'))
  test(`the printf command${compiler ? '' : ' (there is no cc)'}: ${known.length} calls`, () => {
    expect(known.length).toBeGreaterThan(5_000)
    expect(disagreements(known, shellCommand)).toEqual([])
  })
})

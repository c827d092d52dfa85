import { RuleTester } from 'eslint'
import tseslint from 'typescript-eslint'
import { describe, it } from 'vitest'
import kt from '../src/index.js'

RuleTester.describe = describe
RuleTester.it = it
RuleTester.itOnly = it.only

const tester = new RuleTester({
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: { projectService: { allowDefaultProject: ['*.ts'] }, tsconfigRootDir: import.meta.dirname },
  },
})

const prelude = `
interface Call<T> extends Iterator<undefined, T> { [Symbol.iterator](): this }
declare function sleep(ticks: number): Call<void>
declare function work(): Generator<undefined, void>
declare const k: { sleep?: typeof sleep; log(line: string): void }
declare const awake: boolean
declare const ticks: number[]
declare function later(body: () => void): void
declare function spawn(body: () => Generator<undefined, void>): void
declare function either(body: () => void | Generator<undefined, void>): void
`

function valid(code: string) {
  return { name: code, code: prelude + code }
}

function invalid(code: string, messageId: 'floating' | 'callback' = 'floating') {
  return { name: code, code: prelude + code, errors: [{ messageId }] }
}

function inGenerator(...statements: string[]): string[] {
  return statements.map((statement) => `function* body() { ${statement} }`)
}

tester.run('no-floating-iterator', kt.rules['no-floating-iterator'], {
  valid: [
    ...inGenerator('yield* sleep(1)', 'awake && (yield* sleep(1))', 'const call = sleep(1); yield* call').map(valid),
    ...inGenerator('let call; call = sleep(1)', 'return sleep(1)', 'for (const _ of work()) k.log("turn")').map(valid),
    valid('k.log("a line")'),
    valid('ticks.values().next()'),
    valid('spawn(work)'),
    valid('spawn(() => work())'),
    valid('spawn(function* () {})'),
    valid('either(() => work())'),
    valid('const calls = ticks.map((n) => sleep(n))'),
    valid('ticks.forEach((n) => k.log(String(n)))'),
    valid('const body = () => work()'),
  ],
  invalid: [
    {
      ...invalid('function* body() { sleep(1) }'),
      errors: [
        {
          messageId: 'floating',
          data: { code: 'sleep(1)' },
          suggestions: [{ messageId: 'addYield', output: `${prelude}function* body() { yield* sleep(1) }` }],
        },
      ],
    },
    invalid('sleep(1)'),
    invalid('function plain() { sleep(1) }'),
    invalid('work()'),
    invalid('awake && sleep(1)'),
    invalid('awake ? sleep(1) : k.log("no")'),
    invalid('k.log("a"), sleep(1)'),
    invalid('void sleep(1)'),
    invalid('k.sleep?.(1)'),
    invalid('k.sleep!(1)!'),
    invalid('sleep(1) as unknown as Generator'),
    invalid('sleep(1) satisfies object'),
    invalid('async function task() { await sleep(1) }'),
    invalid('function any<T extends Call<void>>(call: T) { call }'),
    invalid('ticks.forEach((n) => sleep(n))', 'callback'),
    invalid('ticks.forEach(sleep)', 'callback'),
    invalid('ticks.forEach(function* () {})', 'callback'),
    invalid('later(work)', 'callback'),
    invalid('const body: () => void = () => work()', 'callback'),
    invalid('const o: { body?: () => void } = { body: () => work() }', 'callback'),
  ],
})

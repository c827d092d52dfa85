import { readFileSync } from 'node:fs'

/** A fenced block of a page. */
export interface Block {
  /** What follows the fence, as `ts`; nothing for what a program prints. */
  readonly language: string
  readonly text: string
}

/** Every fenced block of a page, from the top. */
export function blocksOf(file: string): Block[] {
  const page = readFileSync(file, 'utf8')
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, text]) => ({
    language: language!,
    text: text!,
  }))
}

/** The first program of a page, and what the page says that it prints, if it says so right below. */
export interface Example {
  readonly program: string
  readonly prints: string | undefined
}

export function firstExample(file: string): Example {
  const blocks = blocksOf(file)
  const at = blocks.findIndex(({ language }) => language === 'ts')
  const program = blocks[at]
  if (program === undefined) throw new Error(`${file} has no example in TypeScript`)
  const below = blocks[at + 1]
  return { program: program.text, prints: below?.language === '' ? below.text : undefined }
}

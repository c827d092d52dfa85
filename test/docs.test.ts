/** What must hold for the documents as a whole. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const documents = ['README.md', 'CONTRIBUTING.md', ...markdownIn('docs')]

describe.each(documents)('%s', (path) => {
  const text = withoutCode(readFileSync(join(root, path), 'utf8'))

  test('links to what there is', () => {
    const targets = Array.from(
      text.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm),
      ([, here, below]) => here ?? below!,
    )
    const missing = targets
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [file, anchor] = target.split('#')
        const full = file === '' ? join(root, path) : join(root, dirname(path), file!)
        return !existsSync(full) || (anchor !== undefined && !anchorsOf(full).has(anchor))
      })
    expect(missing).toEqual([])
  })
})

test('the index of the documents has every one of them', () => {
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8')
  const unnamed = readdirSync(join(root, 'docs'))
    .map((name) => (name.endsWith('.md') ? name : `${name}/README.md`))
    .filter((name) => name !== 'README.md' && !index.includes(`](${name})`))
  expect(unnamed).toEqual([])
})

test('docs/adding-a-release.md names files that there are', () => {
  const text = readFileSync(join(root, 'docs/adding-a-release.md'), 'utf8')
  const paths = Array.from(text.matchAll(/`((?:packages|apps|test)\/[\w/.-]+)`/g), ([, path]) => path!)
  // What would come with NetBSD 9 there is not.
  const toCome = ['packages/netbsd/src/releases/9.ts']
  expect(paths.length).toBeGreaterThan(10)
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual(toCome)
})

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
    .toSorted()
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, '')
}

/** As GitHub calls the headings of a file. */
function anchorsOf(file: string): Set<string> {
  const text = withoutCode(readFileSync(file, 'utf8'))
  const headings = Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading]) => heading!)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
}

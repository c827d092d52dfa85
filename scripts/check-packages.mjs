// Packs every public package and looks at what a user would get. `pnpm run check:packages` builds first, then comes here.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** @returns {string} what the command printed */
function run(command, args, cwd = root) {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function publicPackages() {
  return ['packages', 'apps']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
    .filter((dir) => existsSync(join(dir, 'package.json')))
    .filter((dir) => readJson(join(dir, 'package.json')).private !== true)
}

/** @returns {Generator<string>} what is wrong with a tarball, one sentence each */
function* complaints(tarball) {
  const files = run('tar', ['-tzf', tarball]).trim().split('\n')
  for (const wanted of ['package/README.md', 'package/LICENSE']) {
    if (!files.includes(wanted)) yield `${wanted} is missing`
  }
  for (const file of files) {
    if (/\/tests?\/|\.test\./.test(file)) yield `${file} is a test`
  }

  const text = run('tar', ['-xzOf', tarball, 'package/package.json'])
  for (const [word] of text.matchAll(/workspace:|catalog:|@kt\/source/g)) yield `the packed manifest says ${word}`

  const { exports, bin = {} } = JSON.parse(text)
  const targets = [...Object.values(exports).flatMap((entry) => Object.values(entry)), ...Object.values(bin)]
  for (const target of targets) {
    const path = join('package', target)
    if (target.startsWith('./') && !files.includes(path)) yield `${path} is promised, but not packed`
  }

  for (const map of files.filter((file) => file.endsWith('.map'))) {
    for (const source of JSON.parse(run('tar', ['-xzOf', tarball, map])).sources) {
      const path = join(map, '..', source)
      if (!files.includes(path)) yield `${map} leads to ${path}, which is not packed`
    }
  }

  for (const [command, ...args] of [
    ['publint', 'run', tarball, '--strict'],
    ['attw', tarball, '--profile', 'esm-only'],
  ]) {
    try {
      run(command, args)
    } catch (error) {
      yield `${command} ${args.slice(1).join(' ')} failed:\n${error.stdout}`
    }
  }
}

const tarballs = mkdtempSync(join(tmpdir(), 'kt-packages-'))
try {
  for (const dir of publicPackages()) {
    const { name, filename } = JSON.parse(run('pnpm', ['pack', '--json', '--pack-destination', tarballs], dir))
    const found = [...complaints(filename)]
    console.log(found.length === 0 ? `${name}: good` : `${name}:\n  ${found.join('\n  ')}`)
    if (found.length > 0) process.exitCode = 1
  }
} finally {
  rmSync(tarballs, { recursive: true })
}

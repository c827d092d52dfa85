/** `kt explain` of a question: somebody's own words find the recipe, or what else comes nearest. */
import { describe, expect, test, vi } from 'vitest'
import { search } from '../src/search.js'
import { kt } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

describe('a question of a porter finds the recipe', () => {
  test.each([
    ['my FreeBSD driver waits for its thread at unload; how do I do that on NetBSD and OpenBSD?', 'wait-at-unload'],
    ['detach must not free the softc before the worker is gone', 'wait-at-unload'],
    ['how do I tell a sleeping thread to stop?', 'stop-a-thread'],
    ['my driver needs its thread from attach on, while the system is still cold', 'create-early'],
    ['can my kernel thread use floating point?', 'use-the-fpu'],
    ['my thread must not write to the disks while the machine reboots', 'suspend-at-shutdown'],
    [
      'kthread_shutdown is missing on NetBSD: how do I park my daemon before the disks are synced?',
      'suspend-at-shutdown',
    ],
  ])('%s', async (question, id) => {
    const asked = await kt('explain', question)
    expect({ code: asked.code, err: asked.err }).toEqual({ code: 0, err: '' })
    expect(asked.out).toBe((await kt('explain', id)).out)
  })

  test('its words may stand alone, and --release goes with them', async () => {
    const asked = await kt('explain', 'wait', 'for', 'the', 'thread', 'at', 'unload', '--release', 'openbsd')
    expect(asked.out).toBe((await kt('explain', 'wait-at-unload', '--release', 'openbsd')).out)
  })
})

describe('a question that no recipe answers', () => {
  const QUESTION = 'which priority does a new thread inherit?'

  test('is answered with what comes nearest, a line each, the best first', async () => {
    const { code, out, err } = await kt('explain', QUESTION)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [head, blank, ...lines] = out.trimEnd().split('\n')
    expect(head).toBe('What comes nearest; kt explain tells each by its name:')
    expect(blank).toBe('')
    const found = await search(QUESTION, 8)
    expect(lines.map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual(found.map(({ id, kind }) => [id, kind]))
    expect(found[0]).toMatchObject({ kind: 'story', id: 'priority/inherits' })
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(120)
  })

  test('each answer is something that kt explain tells', async () => {
    for (const { id, kind } of (await search(QUESTION, 8)).filter((entry) => entry.kind !== 'story'))
      expect(await kt('explain', id), `${kind} ${id}`).toMatchObject({ err: '' })
  })

  test('or nothing does, in one line', async () => {
    expect(await kt('explain', 'frobnicate the quux')).toEqual({
      code: 2,
      out: '',
      err: "kt: nothing answers 'frobnicate the quux'; expected words that a page or a driver has; kt list has everything\n",
    })
  })
})

test('a word that nothing has is no question: one line with what is nearest', async () => {
  expect(await kt('explain', 'wait-at-unlod')).toEqual({
    code: 2,
    out: '',
    err: "kt: nothing is called 'wait-at-unlod'; nearest is wait-at-unload; kt list has everything\n",
  })
})

test('an answer that several releases share is given once', async () => {
  const ids = (await search('the thread exits', 20)).map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

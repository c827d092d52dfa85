/** `kt explain` of an exhibit of the museum. */
import { expect, test } from 'vitest'
import { exhibits } from '../src/museum/index.js'
import { kt } from './schedules.js'

test.each(exhibits.map((exhibit) => [exhibit.id, exhibit] as const))('explain %s', async (id, exhibit) => {
  const { code, out, err } = await kt('explain', id)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out.startsWith(`${exhibit.title}\n  kernel    ${exhibit.release}\n  tells     `)).toBe(true)
  expect(out.replaceAll(/\s+/g, ' ')).toContain(exhibit.tells)
  expect(out).toContain(`\nevery schedule: kt explore ${id}\nthe shortest that fails: kt replay ${exhibit.token}\n`)
})

test('an exhibit that is nearly called so is offered', async () => {
  expect((await kt('explain', 'netbsd/lock-ordre')).err).toBe(
    "kt: nothing is called 'netbsd/lock-ordre'; nearest is netbsd/lock-order; kt list has everything\n",
  )
})

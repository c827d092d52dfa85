import { call, says, takes, type CallFacts, type Facet, type Said } from '@kt/core/contract'
import { ANYBODY, AT_ONCE, HOLDER, NOTHING, WHEN_HAD } from './words.js'

/** What is particular about a call of a lock. */
interface LockCall {
  /** What it does, and for a fixed word that compares, the same in short. */
  readonly does: Facet
  readonly panics?: Facet
  readonly duty?: Facet
  readonly callers?: Facet
  readonly catches?: readonly Said[]
}

export interface LockFamily {
  readonly page: string
  /** Declaration of the lock, without its name. */
  readonly type: string
  /** Name of the parameter that is the lock. */
  readonly parameter: string
}

function lockCall(
  family: LockFamily,
  name: string,
  result: string,
  moment: Facet,
  returns: Facet,
  written: LockCall,
): CallFacts {
  const { does, callers = ANYBODY, ...rest } = written
  return call(family.page, name, {
    prototype: `${result} ${name}(${family.type} *${family.parameter})`,
    takes: [takes(family.parameter, 'lock', 'the lock', 'not allowed')],
    means: does,
    callers,
    returnsWhen: moment,
    returns,
    ...rest,
  })
}

/** A call that takes a lock, and waits for it. */
export function taking(family: LockFamily, name: string, written: LockCall): CallFacts {
  return lockCall(family, name, 'void', WHEN_HAD, NOTHING, written)
}

/** A call that takes or changes a lock if that needs no waiting. */
export function trying(family: LockFamily, name: string, written: LockCall): CallFacts {
  return lockCall(family, name, 'int', AT_ONCE, says('not 0 if taken', 'not 0 if it was had, else 0'), written)
}

/** A call that gives something up. */
export function releasing(family: LockFamily, name: string, written: LockCall): CallFacts {
  return lockCall(family, name, 'void', AT_ONCE, NOTHING, { callers: HOLDER, ...written })
}

/** A call that asks. */
export function asking(family: LockFamily, name: string, written: LockCall): CallFacts {
  return lockCall(family, name, 'int', AT_ONCE, says('whether it is so'), written)
}

/** A call that ends the use of a lock. */
export function destroying(family: LockFamily, name: string, panics?: Facet): CallFacts {
  const does = says('ends its use', 'Ends the use of a lock.')
  const duty = says('nobody holds it', 'nobody else holds it any more')
  return lockCall(
    family,
    name,
    'void',
    AT_ONCE,
    NOTHING,
    panics === undefined ? { does, duty } : { does, duty, panics },
  )
}

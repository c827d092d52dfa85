import type { Words } from '../driver.js'
import type { FreebsdKernel } from '../releases.js'
import { bootWords } from './boot.js'
import { creationWords } from './creation.js'
import { endWords } from './end.js'
import { limitsWords } from './limits.js'
import { scheduleWords } from './schedule.js'
import { stopWords } from './stop.js'
import { threadWords } from './threads.js'

/** The words of stories, as FreeBSD says them. */
export function freebsdWords(k: FreebsdKernel): Words {
  return {
    ...threadWords(k),
    ...creationWords(k),
    ...bootWords(k),
    ...endWords(k),
    ...stopWords(k),
    ...scheduleWords(k),
    ...limitsWords(k),
  }
}

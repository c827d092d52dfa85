import type { Words } from '../driver.js'
import type { OpenbsdKernel } from '../releases.js'
import { bootWords } from './boot.js'
import { creationWords } from './creation.js'
import { endWords } from './end.js'
import { limitsWords } from './limits.js'
import { scheduleWords } from './schedule.js'
import { stopWords } from './stop.js'
import { threadWords } from './threads.js'

/** The words of stories, as OpenBSD says them. */
export function openbsdWords(k: OpenbsdKernel): Words {
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

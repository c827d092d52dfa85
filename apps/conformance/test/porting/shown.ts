import type { Explorable, Main } from '@kt/explore'

/** A program of which guides show pieces: each is checked and run as it stands here. */
export interface Shown<K extends Explorable> {
  make(): K
  main: Main<K>
}

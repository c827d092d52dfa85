/** What a recipe is: a task of a driver's, and the program for it on each system. */
import type { System } from './system.js'

/** How one system does it. */
interface Way {
  /** The program, in the folder that is called as the recipe is. */
  readonly file: string
  /** In one or two sentences, how it is done there. */
  readonly says: string
  /** What goes wrong for who comes from another system. */
  readonly catch: string
}

export interface Recipe {
  /** In lower case with dashes. Permanent. */
  readonly id: string
  readonly title: string
  /** The task, in the words of somebody who ports a driver. */
  readonly asks: string
  /** Stories of the comparison that it belongs to. */
  readonly stories: readonly string[]
  /** A system that is left out does not compile. */
  readonly ways: { readonly [S in System]: Way }
}

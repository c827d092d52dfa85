/** What the stories are about, in the order in which they are reported. */
export const TOPICS = {
  name: 'Names',
  create: 'Creation',
  arguments: 'Arguments',
  flags: 'Flags',
  'out-pointer': 'Out-pointer',
  boot: 'Early boot and deferral',
  exit: 'Exit',
  'exit-code': 'Exit code',
  return: 'A function that returns',
  join: 'Waiting for the end',
  suspend: 'Suspend and resume',
  shutdown: 'Shutdown',
  priority: 'Priority and class',
  cpu: 'CPU binding',
  'big-lock': 'The big lock',
  fpu: 'Floating point',
  limits: 'Limits and errors',
  signals: 'Signals',
  resources: 'What is freed when',
} as const

export type Topic = keyof typeof TOPICS

/** A topic by its word. */
export function isTopic(word: string): word is Topic {
  return Object.hasOwn(TOPICS, word)
}

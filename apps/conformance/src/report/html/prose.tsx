import type { JSX } from 'preact'

/** A sentence of ours, in which backquotes stand around code. */
export function Prose({ text }: { readonly text: string }): JSX.Element {
  const parts = text.split('`')
  // One that stands alone is no quotation.
  if (parts.length % 2 === 0) return <>{text}</>
  return <>{parts.map((part, at) => (at % 2 === 0 ? part : <code>{part}</code>))}</>
}

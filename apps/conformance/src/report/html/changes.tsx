import type { JSX } from 'preact'
import type { Change, Changes } from '../since.js'
import { hrefOf } from './view.js'

/** Who changed more than this has made another report. */
const ROWS_MAX = 150

/** What an earlier report said otherwise. */
export function ChangesSince({ changes }: { readonly changes: Changes }): JSX.Element {
  const { from, added, changed, removed } = changes
  const rows = [
    ...added.map((change) => ['added', change] as const),
    ...changed.map((change) => ['changed', change] as const),
    ...removed.map((change) => ['removed', change] as const),
  ]
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">Since the earlier report</h2>
      <p class="lead">
        {`${added.length} added, ${changed.length} changed, ${removed.length} removed since the report of kt ${from.version}, runs `}
        <code>{from.traceHash.slice(0, 16)}</code>.
      </p>
      {rows.length === 0 ? null : (
        <table class="changes" aria-labelledby="changes">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Which</th>
              <th scope="col">Before</th>
              <th scope="col">Now</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS_MAX).map(([word, change]) => (
              <ChangeRow change={change} word={word} />
            ))}
          </tbody>
        </table>
      )}
      {rows.length <= ROWS_MAX ? null : <p>{`${rows.length - ROWS_MAX} more; kt report --markdown tells them all.`}</p>}
    </section>
  )
}

function ChangeRow({ change, word }: { readonly change: Change; readonly word: string }): JSX.Element {
  const { kind, id, was, now } = change
  return (
    <tr>
      <td data-label="What">{`${word} ${kind}`}</td>
      <th scope="row">{now === null ? <code>{id}</code> : <a href={hrefOf(id)}>{id}</a>}</th>
      <td data-label="Before">{was ?? '–'}</td>
      <td data-label="Now">{now ?? '–'}</td>
    </tr>
  )
}

import type { DivergenceResult } from '@kt/core/contract'
import type { JSX } from 'preact'
import { partedWord } from '../text.js'
import { Prose } from './prose.js'
import { Mark, type Standing } from './state.js'
import { anchorOf, hrefOf, type View } from './view.js'

/** Where page and kernel part, or might be thought to, with what each reading showed. */
export function Divergences({ view }: { readonly view: View }): JSX.Element {
  const { divergences } = view.report
  const differ = divergences.filter(isParted).length
  return (
    <section aria-labelledby="divergences">
      <h2 id="divergences">Page and kernel</h2>
      <p class="lead">
        {`Where page and kernel part, or might be thought to. Both readings of every row were run, and ${differ}/${divergences.length} differ.`}
      </p>
      <table class="divergences" aria-labelledby="divergences">
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Release</th>
            <th scope="col">The page</th>
            <th scope="col">The kernel</th>
            <th scope="col">Standing</th>
          </tr>
        </thead>
        <tbody>
          {divergences.map((row) => (
            <DivergenceRow row={row} view={view} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function DivergenceRow({ row, view }: { readonly row: DivergenceResult; readonly view: View }): JSX.Element {
  const { id, release, says, saw, breaks } = row
  const anchor = anchorOf(id, release)
  const standing = standingOf(row)
  return (
    <tr
      id={anchor}
      class="divergence"
      data-states={standing}
      data-release={release}
      data-differ={isParted(row) ? '' : undefined}
    >
      <th scope="row">
        <a class="id" href={hrefOf(anchor)}>
          {id}
        </a>
      </th>
      <td>{view.label(release)}</td>
      <td>
        <Prose text={says.page} />
        <p class="saw">
          <b>seen:</b> {saw.page}
        </p>
      </td>
      <td>
        <Prose text={says.kernel} />
        <p class="saw">
          <b>seen:</b> {isParted(row) ? saw.kernel : 'the same'}
        </p>
      </td>
      <td>
        <Mark of={standing} />
        {breaks.length === 0 ? null : (
          <small class="asked">
            breaks{' '}
            {breaks.map((clause) => (
              <>
                <a href={hrefOf(anchorOf(clause, release))}>{clause}</a>{' '}
              </>
            ))}
          </small>
        )}
      </td>
    </tr>
  )
}

function isParted(row: DivergenceResult): boolean {
  return partedWord(row) === 'differs'
}

function standingOf(row: DivergenceResult): Standing {
  if (row.isBroken) return 'broken'
  if (row.state === 'fail') return 'violates'
  return isParted(row) ? 'contradicts' : 'conforms'
}

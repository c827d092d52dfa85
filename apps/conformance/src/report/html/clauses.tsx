import type { ClauseResult, Evidence } from '@kt/core/contract'
import type { JSX } from 'preact'
import type { ReportedRelease } from '../json.js'
import { Prose } from './prose.js'
import { Mark, type Standing } from './state.js'
import { anchorOf, hrefOf, pageAnchor, type View } from './view.js'

/** Every clause of every page under both readings, page by page. */
export function Clauses({ view }: { readonly view: View }): JSX.Element {
  return (
    <section aria-labelledby="clauses">
      <h2 id="clauses">The pages, clause by clause</h2>
      <p class="lead">
        Every sentence of a page in our words, and whether the machine keeps it: as the page reads, and as that
        release&rsquo;s kernel was.
      </p>
      {view.report.releases.flatMap((release) =>
        release.pages.map(({ page, date }) => <PageOf release={release} page={page} date={date} view={view} />),
      )}
    </section>
  )
}

interface PageProps {
  readonly release: ReportedRelease
  readonly page: string
  readonly date: string
  readonly view: View
}

/** Both verdicts on one clause. */
interface Pair {
  readonly clause: ClauseResult
  readonly page: ClauseResult | undefined
  readonly kernel: ClauseResult | undefined
}

function PageOf({ release, page, date, view }: PageProps): JSX.Element {
  const pairs = pairsOf(view.report.clauses, release.release, page)
  const anchor = pageAnchor(release, page)
  return (
    <div class="page" data-release={release.release}>
      <h3 id={anchor}>
        {release.label}, {page} <small>{`${date}; ${pairs.length} clauses`}</small>
      </h3>
      <table class="clauses" aria-labelledby={anchor}>
        <thead>
          <tr>
            <th scope="col">Clause</th>
            <th scope="col">Section</th>
            <th scope="col">What it promises</th>
            <th scope="col">As the page reads</th>
            <th scope="col">As the kernel was</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair) => (
            <ClauseRow pair={pair} view={view} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function pairsOf(clauses: readonly ClauseResult[], release: string, page: string): readonly Pair[] {
  const results = clauses.filter((clause) => clause.release === release && clause.page === page)
  const ids = [...new Set(results.map(({ id }) => id))]
  return ids.map((id) => {
    const of = (reading: string): ClauseResult | undefined =>
      results.find((result) => result.id === id && result.reading === reading)
    return { clause: (of('page') ?? of('kernel'))!, page: of('page'), kernel: of('kernel') }
  })
}

function ClauseRow({ pair, view }: { readonly pair: Pair; readonly view: View }): JSX.Element {
  const { id, release, section, says, kind } = pair.clause
  const results = [pair.page, pair.kernel].filter((result) => result !== undefined)
  const stories = view.askedBy(release, id)
  return (
    <tr
      id={anchorOf(id, release)}
      class="clause"
      data-states={[...new Set(results.map(standingOf))].join(' ')}
      data-differ={pair.page?.state === pair.kernel?.state ? undefined : ''}
      data-bites={stories.some((story) => view.bites(story)) ? '' : undefined}
      data-topics={[...new Set(stories.map((story) => story.split('/')[0]!))].join(' ') || undefined}
    >
      <th scope="row">
        <a class="id" href={hrefOf(anchorOf(id, release))}>
          {id}
        </a>
      </th>
      <td>{section}</td>
      <td>
        <Prose text={says} />
        {kind === 'described' ? <small class="kind">described; checked against the package</small> : null}
        {stories.length === 0 ? null : (
          <small class="asked">
            asked by{' '}
            {stories.map((story) => (
              <>
                <a href={hrefOf(story)}>{story}</a>{' '}
              </>
            ))}
          </small>
        )}
        <Seen pair={pair} view={view} />
      </td>
      <td>{pair.page === undefined ? 'not run' : <Mark of={standingOf(pair.page)} />}</td>
      <td>{pair.kernel === undefined ? 'not run' : <Mark of={standingOf(pair.kernel)} />}</td>
    </tr>
  )
}

function standingOf({ state, isBroken }: ClauseResult): Standing {
  if (isBroken) return 'broken'
  return ({ pass: 'conforms', contradicts: 'contradicts', fail: 'violates' } as const)[state]
}

/** Why a verdict is none that passes, and the runs behind both. */
function Seen({ pair, view }: { readonly pair: Pair; readonly view: View }): JSX.Element | null {
  const { page, kernel } = pair
  const isSame = page !== undefined && kernel !== undefined && isAlike(page.evidence, kernel.evidence)
  return (
    <>
      {[page, kernel].map((result) =>
        result?.message == null ? null : (
          <p class="saw">
            <b>{result.reading}:</b> {result.message} <Because result={result} view={view} />
          </p>
        ),
      )}
      {isSame ? (
        <RunsOf title="what was seen" evidence={page.evidence} />
      ) : (
        <>
          {page === undefined ? null : <RunsOf title="what was seen, reading page" evidence={page.evidence} />}
          {kernel === undefined ? null : <RunsOf title="what was seen, reading kernel" evidence={kernel.evidence} />}
        </>
      )}
    </>
  )
}

function Because({ result, view }: { readonly result: ClauseResult; readonly view: View }): JSX.Element | null {
  const { divergence, release } = result
  if (divergence === null) return null
  const { anchor } = view.cite(release, divergence)
  return anchor === null ? <b>{divergence}</b> : <a href={hrefOf(anchor)}>{divergence}</a>
}

function isAlike(a: Evidence, b: Evidence): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function RunsOf({ title, evidence }: { readonly title: string; readonly evidence: Evidence }): JSX.Element | null {
  const { saw, runs } = evidence
  if (saw.length + runs.length === 0) return null
  const console = runs.flatMap((run) => run.console)
  const told = runs
    .filter(({ events }) => events > 0)
    .map(({ events, nowNs, traceHash }) => `${events} events in ${Number((nowNs / 1e6).toFixed(3))} ms, ${traceHash}`)
  return (
    <details>
      <summary>{title}</summary>
      {saw.length === 0 ? null : (
        <ul>
          {saw.map((note) => (
            <li>{note}</li>
          ))}
        </ul>
      )}
      {console.length === 0 ? null : <pre>{console.join('\n')}</pre>}
      {told.length === 0 ? null : <p class="share">{told.join('; ')}</p>}
    </details>
  )
}

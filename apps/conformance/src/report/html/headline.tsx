import type { JSX } from 'preact'
import { READINGS } from '../../survey.js'
import type { ReportedRelease } from '../json.js'
import { pageAnchor, hrefOf, type View } from './view.js'

/** How each release stands, in numbers whose denominators are beside them. */
export function Headline({ view }: { readonly view: View }): JSX.Element {
  return (
    <section aria-labelledby="headline">
      <h2 id="headline">Releases</h2>
      <ul class="releases">
        {view.report.releases.map((release) => (
          <li data-release={release.release}>
            <ReleaseCard release={release} isProved={view.report.proofs !== null} view={view} />
          </li>
        ))}
      </ul>
    </section>
  )
}

interface CardProps {
  readonly release: ReportedRelease
  readonly isProved: boolean
  readonly view: View
}

function ReleaseCard({ release, isProved, view }: CardProps): JSX.Element {
  const { totals, cells, label, pages } = release
  const { executed, described } = totals
  const all = Object.values(cells).reduce((sum, count) => sum + count, 0)
  const spoken = cells.conforms + cells.differs + cells.contradicts
  const bounded = boundedOf(view, release.release)
  return (
    <>
      <h3>{label}</h3>
      <p class="figure">
        <strong>{`${executed.page.pass}/${executed.clauses}`}</strong> conforming of testable clauses
      </p>
      <dl class="counts">
        <Count name="the kernel keeps" of={[executed.kernel.pass, executed.clauses]} />
        <Count name="the kernel contradicts" of={[executed.kernel.contradicts, executed.clauses]} />
        <Count name="described, checked" of={[described.page.pass, described.clauses]} />
        <Count name="untested clauses" of={untestedOf(view, release.release)} />
        <Count name="questions its page answers" of={[spoken, all]} />
        <Count name="page silent" of={[cells.silent, all]} />
        <Count name="no such call" of={[cells.nearest + cells.lacks, all]} />
        <Count name="not explored to the end" of={[bounded, all]} />
        {isProved ? <Proofs view={view} release={release.release} /> : null}
      </dl>
      <ul class="pages">
        {pages.map(({ page, date }) => (
          <li>
            <a href={hrefOf(pageAnchor(release, page))}>{page}</a> of {date}
          </li>
        ))}
      </ul>
    </>
  )
}

/** So many among so many. */
type Share = readonly [count: number, among: number]

interface CountProps {
  readonly name: string
  readonly of: Share
}

function Count({ name, of: [count, among] }: CountProps): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{`${count}/${among}`}</dd>
    </div>
  )
}

function Proofs({ view, release }: { readonly view: View; readonly release: string }): JSX.Element {
  const proofs = (view.report.proofs ?? []).filter((proof) => proof.release === release && proof.reading === 'page')
  const proved = proofs.filter(({ state }) => state === 'proved').length
  return <Count name="proved on all schedules" of={[proved, proofs.length]} />
}

/** Clauses for which a reading was not run, among all of the release. */
function untestedOf({ report }: View, release: string): Share {
  const own = report.clauses.filter((clause) => clause.release === release)
  const ids = [...new Set(own.map(({ id }) => id))]
  const run = new Set(own.map(({ id, reading }) => `${id} ${reading}`))
  return [ids.filter((id) => READINGS.some((reading) => !run.has(`${id} ${reading}`))).length, ids.length]
}

/** Cells whose story has more schedules than its bound allows to run. */
function boundedOf({ report }: View, release: string): number {
  return report.stories.filter(
    ({ schedules, cells }) =>
      schedules === 'all' &&
      cells.some((cell) => cell.release === release && !(cell.page.complete && cell.kernel.complete)),
  ).length
}

import type { JSX } from 'preact'
import type { AnswerEvidence } from '../../topics/answer.js'
import { TOPICS } from '../../topics/topics.js'
import type { ReportedAnswer, ReportedCell, ReportedStory } from '../topics.js'
import { topicsOf } from './matrix.js'
import { Prose } from './prose.js'
import { Mark } from './state.js'
import type { Besides } from './resting-ps.js'
import { anchorOf, hrefOf, type View } from './view.js'

/** How every cell came about. Each has an address, to which its cell in the table leads. */
export function EvidenceOfCells({ view }: { readonly view: View }): JSX.Element {
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">Evidence</h2>
      <p class="lead">What each release answered, in how many schedules, and one run step by step with its token.</p>
      {topicsOf(view.report.stories).map(([topic, stories]) => (
        <div class="evidence-topic" data-topic={topic}>
          <h3>{TOPICS[topic]}</h3>
          {stories.map((story) => (
            <details class="evidence-story" data-story={story.id}>
              <summary>
                {story.asks} <code>{story.id}</code>
              </summary>
              {story.cells.map((cell) => (
                <CellEvidence story={story} cell={cell} view={view} />
              ))}
            </details>
          ))}
        </div>
      ))}
      <RestingMachines view={view} />
    </section>
  )
}

interface CellProps {
  readonly story: ReportedStory
  readonly cell: ReportedCell
  readonly view: View
}

function CellEvidence({ story, cell, view }: CellProps): JSX.Element {
  const { id, release, state, nearest, page, kernel, clauses } = cell
  const isSame = page.words === kernel.words
  return (
    <article class="evidence" id={id} data-release={release}>
      <h4>{view.label(release)}</h4>
      <p>
        <Mark of={state} />
      </p>
      {nearest === null ? null : (
        <p>
          <strong>Nearest:</strong> {nearest}
        </p>
      )}
      <AnswerOf title={isSame ? 'Both readings' : 'As the page reads'} answer={page} story={story} />
      {isSame ? null : <AnswerOf title="As the kernel was" answer={kernel} story={story} />}
      <CitedOf release={release} clauses={clauses} isSilent={state === 'silent'} view={view} />
      {page.evidence === null ? null : (
        <RunOf story={story} cell={cell} run={page.evidence} isNamed={!isSame} view={view} />
      )}
      {isSame || kernel.evidence === null ? null : (
        <RunOf story={story} cell={cell} run={kernel.evidence} isNamed reading="kernel" view={view} />
      )}
    </article>
  )
}

interface AnswerProps {
  readonly title: string
  readonly answer: ReportedAnswer
  readonly story: ReportedStory
}

function AnswerOf({ title, answer, story }: AnswerProps): JSX.Element {
  const { words, seen, schedules } = answer
  return (
    <>
      <h5>{title}</h5>
      {seen.length === 0 ? (
        <p>{words}</p>
      ) : (
        <ul class="seen">
          {seen.map(({ words, schedules: count, token, stoppedBy }) => (
            <li>
              <q>{words}</q> <span class="share">{`${count}/${schedules} ${boundOf(answer, story)}`}</span>
              {stoppedBy === null ? null : <span class="share">{`, stopped by ${stoppedBy}`}</span>}
              <code class="command">{`kt replay ${token}`}</code>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function boundOf({ complete, schedules }: ReportedAnswer, story: ReportedStory): string {
  if (story.schedules === 'own') return "schedule: the release's own"
  const word = schedules === 1 ? 'schedule' : 'schedules'
  return complete ? `${word}, which ${schedules === 1 ? 'is the only one' : 'are all'}` : `${word}, and there are more`
}

interface CitedProps {
  readonly release: string
  readonly clauses: readonly string[]
  /** Whether all of them are on what the page leaves open. */
  readonly isSilent: boolean
  readonly view: View
}

function CitedOf({ release, clauses, isSilent, view }: CitedProps): JSX.Element {
  if (clauses.length === 0) return <p>The page does not speak of it.</p>
  return (
    <>
      <h5>{isSilent ? 'The page does not speak of it; what is known' : 'What speaks of it'}</h5>
      <ul class="cited">
        {clauses
          .map((id) => view.cite(release, id))
          .map(({ id, says, anchor, place }) => (
            <li>
              {anchor === null ? <b>{id}</b> : <a href={hrefOf(anchor)}>{id}</a>} <Prose text={says} />
              {place === null ? null : <span class="share">{` (${place})`}</span>}
            </li>
          ))}
      </ul>
    </>
  )
}

interface RunProps {
  readonly story: ReportedStory
  readonly cell: ReportedCell
  readonly run: AnswerEvidence
  /** Whether there are two runs, so that each needs a name. */
  readonly isNamed: boolean
  readonly reading?: 'page' | 'kernel'
  readonly view: View
}

function RunOf({ story, cell, run, isNamed, reading = 'page', view }: RunProps): JSX.Element {
  const { release } = cell
  const { console, nowNs, events, traceHash, ps } = run
  const besides = view.resting.besides(release, ps)
  return (
    <>
      <h5>{isNamed ? `A run of it, reading ${reading}` : 'A run of it'}</h5>
      <StepsOf story={story} cell={cell} run={run} view={view} />
      {console.length === 0 ? null : <Output title="Console" lines={console} />}
      <PsOf ps={ps} besides={besides} />
      <p class="share">
        {besides === null ? null : (
          <>
            {`and ${besides.left} lines of `}
            <a href={hrefOf(anchorOf('ps', release))}>the system</a>
            {'; '}
          </>
        )}
        {`${events} events in ${Number((nowNs / 1e6).toFixed(3))} ms, trace ${traceHash}`}
      </p>
    </>
  )
}

type StepsProps = Pick<RunProps, 'story' | 'cell' | 'run' | 'view'>

/** The steps of a run. Releases of one system often take the same, which are then told once. */
function StepsOf({ story, cell, run, view }: StepsProps): JSX.Element {
  const lines = stepLines(run.steps)
  const earlier = story.cells
    .slice(0, story.cells.indexOf(cell))
    .find(({ page }) => page.evidence !== null && stepLines(page.evidence.steps).join() === lines.join())
  if (earlier !== undefined) {
    return (
      <p>
        <a class="same" href={hrefOf(earlier.id)}>
          The steps of {view.label(earlier.release)}
        </a>
      </p>
    )
  }
  const more = run.stepCount - Math.min(lines.length, view.stepsMax)
  return (
    <>
      <pre class="steps">{lines.slice(0, view.stepsMax).join('\n')}</pre>
      {more <= 0 ? null : <p class="share">{`${more} more steps; the token replays them all.`}</p>}
    </>
  )
}

/** Who does what, with the number that `kt ps` counts by. Tabs make the columns: spaces would be a tenth of the page. */
function stepLines(steps: AnswerEvidence['steps']): string[] {
  const digits = String(steps.length).length
  return steps.map(({ who, what }, at) => `${String(at + 1).padStart(digits)} ${who}\t${what}`)
}

function Output({ title, lines }: { readonly title: string; readonly lines: readonly string[] }): JSX.Element {
  return (
    <>
      <h6>{title}</h6>
      <pre>{lines.join('\n')}</pre>
    </>
  )
}

function PsOf({ ps, besides }: { readonly ps: string; readonly besides: Besides | null }): JSX.Element {
  if (besides === null) return <Output title="ps at the end" lines={ps.split('\n')} />
  const { lines, missing } = besides
  return (
    <>
      <Output title="ps at the end" lines={lines.length > 1 ? lines : ['(nothing but the system)']} />
      {missing.length === 0 ? null : <Output title="Not there, or otherwise" lines={missing} />}
    </>
  )
}

/** Lines of `ps` that the runs of a release have in common. */
function RestingMachines({ view }: { readonly view: View }): JSX.Element {
  return (
    <details class="resting">
      <summary>ps of the system itself, on each release</summary>
      {view.report.releases
        .filter(({ release }) => view.resting.linesOf(release).length > 0)
        .map(({ release, label }) => (
          <div id={anchorOf('ps', release)} data-release={release}>
            <h3>{label}</h3>
            <pre>{view.resting.linesOf(release).join('\n')}</pre>
          </div>
        ))}
    </details>
  )
}

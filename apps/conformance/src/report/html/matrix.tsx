import type { JSX } from 'preact'
import { isTopic, TOPICS, type Topic } from '../../topics/topics.js'
import type { ReportedCell, ReportedStory } from '../topics.js'
import { Mark } from './state.js'
import { hrefOf, type View } from './view.js'

/** Every question with what each release answers, topic by topic. */
export function Matrix({ view }: { readonly view: View }): JSX.Element {
  const { releases, stories } = view.report
  return (
    <section aria-labelledby="comparison">
      <h2 id="comparison">The comparison</h2>
      <p class="lead">
        One story for each question, told to every release under {scheduleWords(stories)}. The words in a cell are what
        the run returned. A cell leads to its evidence.
      </p>
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">Question</th>
            {releases.map(({ release, label }) => (
              <th scope="col" data-release={release}>
                {label}
              </th>
            ))}
            <th scope="col">How they differ</th>
          </tr>
        </thead>
        {topicsOf(stories).map(([topic, told]) => (
          <tbody data-topic={topic}>
            <tr class="topic">
              <th scope="rowgroup" colspan={releases.length + 2} id={`topic-${topic}`}>
                {TOPICS[topic]} <small>{`${told.length} ${told.length === 1 ? 'question' : 'questions'}`}</small>
              </th>
            </tr>
            {told.map((story) => (
              <StoryRow story={story} view={view} />
            ))}
          </tbody>
        ))}
      </table>
      <p class="none" hidden>
        No question and no clause is left by these filters.
      </p>
    </section>
  )
}

function scheduleWords(stories: readonly ReportedStory[]): string {
  return stories.some(({ schedules }) => schedules === 'own')
    ? 'every schedule, or once where schedules have no part in it'
    : 'every schedule'
}

function StoryRow({ story, view }: { readonly story: ReportedStory; readonly view: View }): JSX.Element {
  const { id, asks, differ, bites, differs, cells, complaint } = story
  return (
    <tr
      id={id}
      class="story"
      data-states={[...new Set(cells.map(({ state }) => state))].join(' ')}
      data-differ={differs ? '' : undefined}
      data-bites={bites === null ? undefined : ''}
    >
      <th scope="row">
        <span class="asks">{asks}</span>{' '}
        <a class="id" href={hrefOf(id)}>
          {id}
        </a>
      </th>
      {cells.map((cell) => (
        <CellOf cell={cell} view={view} />
      ))}
      <td class="differ">
        {differ}
        {bites === null ? null : (
          <p class="bites">
            <strong>Bites porters:</strong> {bites}
          </p>
        )}
        {complaint === null ? null : (
          <p class="stale">
            <strong>Stale:</strong> {complaint}
          </p>
        )}
      </td>
    </tr>
  )
}

function CellOf({ cell, view }: { readonly cell: ReportedCell; readonly view: View }): JSX.Element {
  const { id, release, state, page, kernel } = cell
  return (
    <td data-release={release}>
      <a class="cell" href={hrefOf(id)} data-label={view.label(release)}>
        <Mark of={state} />
        <span class="answer">{page.words}</span>
        {page.words === kernel.words ? null : (
          <span class="answer kernel">
            <b>kernel:</b> {kernel.words}
          </span>
        )}
      </a>
    </td>
  )
}

/** Topics that have stories, in the order of the report. */
export function topicsOf(stories: readonly ReportedStory[]): readonly (readonly [Topic, readonly ReportedStory[]])[] {
  return Object.keys(TOPICS)
    .filter(isTopic)
    .map((topic) => [topic, stories.filter((story) => story.topic === topic)] as const)
    .filter(([, told]) => told.length > 0)
}

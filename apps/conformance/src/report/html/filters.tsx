import type { JSX } from 'preact'
import { TOPICS } from '../../topics/topics.js'
import { topicsOf } from './matrix.js'
import { STANDINGS, type Standing } from './state.js'
import type { View } from './view.js'

/** What to leave out of the tables. The script shows it: without one, everything is shown and nothing can be filtered. */
export function Filters({ view }: { readonly view: View }): JSX.Element {
  return (
    <form id="filters" role="search" aria-label="Filter questions and clauses" hidden>
      <label>
        Text <input type="search" name="text" autocomplete="off" />
      </label>
      <label>
        Topic{' '}
        <select name="topic">
          <option value="">all</option>
          {topicsOf(view.report.stories).map(([topic]) => (
            <option value={topic}>{TOPICS[topic]}</option>
          ))}
        </select>
      </label>
      <label>
        Release{' '}
        <select name="release">
          <option value="">all</option>
          {view.report.releases.map(({ release, label }) => (
            <option value={release}>{label}</option>
          ))}
        </select>
      </label>
      <label>
        State{' '}
        <select name="state">
          <option value="">all</option>
          {Object.entries(STANDINGS).map(([standing, { word }]: [string, (typeof STANDINGS)[Standing]]) => (
            <option value={standing}>{word}</option>
          ))}
        </select>
      </label>
      <label>
        Only{' '}
        <select name="only">
          <option value="">all rows</option>
          <option value="differ">rows that differ</option>
          <option value="bites">rows that bite porters</option>
        </select>
      </label>
      <button type="submit">Filter</button>
      <button type="reset">Show all</button>
      <output aria-live="polite" />
    </form>
  )
}

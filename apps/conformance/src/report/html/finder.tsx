import type { JSX } from 'preact'
import type { FoundPurpose, View } from './view.js'

/** For a call of one system, the nearest call of every release and what surprises about it. */
export function Finder({ view }: { readonly view: View }): JSX.Element | null {
  const { purposes, report } = view
  if (purposes.length === 0) return null
  const names = [...new Set(purposes.flatMap(({ answers }) => answers.flatMap(({ calls }) => calls)))].toSorted()
  return (
    <section aria-labelledby="calls">
      <h2 id="calls">Nearest calls</h2>
      <p class="lead">What each release has for a purpose, and what surprises somebody who comes from another.</p>
      <form id="finder" role="search" aria-label="Find a call" hidden>
        <label>
          A call of any system{' '}
          <input type="search" name="call" list="call-names" autocomplete="off" placeholder="kthread_join" />
        </label>
        <datalist id="call-names">
          {names.map((name) => (
            <option value={name} />
          ))}
        </datalist>
        <button type="submit">Find</button>
        <output aria-live="polite" />
      </form>
      <details class="calls" open>
        <summary>{`${names.length} calls and flags, ${purposes.length} purposes`}</summary>
        <table class="calls" aria-labelledby="calls">
          <thead>
            <tr>
              <th scope="col">To</th>
              {report.releases.map(({ release, label }) => (
                <th scope="col" data-release={release}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {purposes.map((purpose) => (
              <PurposeRow purpose={purpose} view={view} />
            ))}
          </tbody>
        </table>
      </details>
    </section>
  )
}

function PurposeRow({ purpose, view }: { readonly purpose: FoundPurpose; readonly view: View }): JSX.Element {
  const { purpose: what, answers, friends } = purpose
  const names = [...new Set(answers.flatMap(({ calls }) => calls))]
  return (
    <tr class="call" data-calls={names.join(' ').toLowerCase()}>
      <th scope="row">
        {what}
        {friends.map(({ name, bite }) => (
          <small class="kind">
            <b>false friend:</b> <code>{name}</code>, {bite}
          </small>
        ))}
      </th>
      {answers.map(({ release, calls, catch: surprise }) => (
        <td data-release={release} data-label={view.label(release)}>
          {calls.length === 0 ? <b class="lacks">nothing</b> : null}
          {calls.map((name) => (
            <>
              <code>{name}</code>{' '}
            </>
          ))}
          <p class="saw">{surprise}</p>
        </td>
      ))}
    </tr>
  )
}

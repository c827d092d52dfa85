import type { JSX } from 'preact'
import { ChangesSince } from './changes.js'
import { Clauses } from './clauses.js'
import { Divergences } from './divergences.js'
import { EvidenceOfCells } from './evidence.js'
import { Filters } from './filters.js'
import { Finder } from './finder.js'
import { Headline } from './headline.js'
import { Matrix } from './matrix.js'
import { Legend } from './state.js'
import type { View } from './view.js'

export interface DocumentProps {
  readonly view: View
  readonly style: string
  readonly script: string
  /** What the page may load: nothing but its own style and script. */
  readonly policy: string
}

/** The whole page. It needs no network and no script: the script only filters, finds and opens. */
export function Document({ view, style, script, policy }: DocumentProps): JSX.Element {
  const title = `kt: ${view.report.releases.map(({ label }) => label).join(', ')}`
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <a class="skip" href="#comparison">
          Skip to the comparison
        </a>
        <header>
          <h1>Kernel threads of the BSDs</h1>
          <p>
            Every sentence of the kernel-thread manual pages as a clause that runs, and every question a porter asks as
            a story told to each release.
          </p>
          <nav aria-label="Parts of this page">
            <Contents view={view} />
          </nav>
        </header>
        <main>
          {view.changes === null ? null : <ChangesSince changes={view.changes} />}
          <Headline view={view} />
          <Filters view={view} />
          <Matrix view={view} />
          <Legend />
          <Finder view={view} />
          <Divergences view={view} />
          <Clauses view={view} />
          <EvidenceOfCells view={view} />
        </main>
        <Foot view={view} />
        <dialog id="panel" aria-label="Evidence" />
        <script dangerouslySetInnerHTML={{ __html: script }} />
      </body>
    </html>
  )
}

function Contents({ view }: { readonly view: View }): JSX.Element {
  const parts = [
    ...(view.changes === null ? [] : [['changes', 'Changes']]),
    ['headline', 'Releases'],
    ['comparison', 'Comparison'],
    ...(view.purposes.length === 0 ? [] : [['calls', 'Nearest calls']]),
    ['divergences', 'Page and kernel'],
    ['clauses', 'Clauses'],
    ['evidence', 'Evidence'],
  ]
  return (
    <ul>
      {parts.map(([id, name]) => (
        <li>
          <a href={`#${id!}`}>{name}</a>
        </li>
      ))}
    </ul>
  )
}

function Foot({ view }: { readonly view: View }): JSX.Element {
  const { version, traceHash } = view.report
  return (
    <footer>
      <p>
        Made by kt {version}
        {view.date === null ? null : `, ${view.date}`}. All runs: <code>{traceHash}</code>
      </p>
      <p>Equal inputs give equal bytes: whoever runs the same version gets the same hash.</p>
    </footer>
  )
}

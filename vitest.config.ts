import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defaultServerConditions } from 'vite'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

function project(name: string, root: string): TestProjectInlineConfiguration {
  return { extends: true, test: { name, root, include: ['test/**/*.test.ts'] } }
}

/** One project per folder, so that a new package is tested without a line here. */
function projectsIn(folder: string): TestProjectInlineConfiguration[] {
  return readdirSync(new URL(folder, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => project(entry.name, `${folder}/${entry.name}`))
}

/** Files that take a minute or more: begun last, they would run alone. */
const LONG = ['test/publish.test.ts', 'apps/conformance/test/topics.test.ts', 'apps/conformance/test/cli.test.ts']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => LONG.findIndex((name) => moduleId.endsWith(`/${name}`))
    const sorted = await super.sort(files)
    return [
      ...sorted.filter((file) => rank(file) >= 0).toSorted((a, b) => rank(a) - rank(b)),
      ...sorted.filter((file) => rank(file) < 0),
    ]
  }
}

export default defineConfig({
  // Tests import the packages' source, so nothing has to be built first.
  ssr: { resolve: { conditions: ['@kt/source', ...defaultServerConditions] } },
  test: {
    projects: [...projectsIn('packages'), ...projectsIn('apps'), project('examples', 'examples'), project('repo', '.')],
    sequence: { sequencer: LongestFirst },
    // Otherwise one core of two would have nothing to do. A search may take a while beside another.
    maxWorkers: availableParallelism(),
    testTimeout: 30_000,
    // The JSON file is what .ci/run counts.
    reporters: [
      'default',
      ...(process.env['GITHUB_ACTIONS'] ? ['github-actions'] : []),
      ['json', { outputFile: '.reports/tests.json' }],
    ],
    coverage: {
      provider: 'v8',
      reporter: ['text-summary', 'html'],
      include: ['packages/*/src/**', 'apps/*/src/**'],
    },
  },
})

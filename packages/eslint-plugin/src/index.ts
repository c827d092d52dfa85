/** ESLint rules for programs written against kt. */
import type { Linter, Rule } from 'eslint'
import { noFloatingIterator } from './no-floating-iterator.js'

/** The plugin as ESLint's flat configuration takes it. */
export interface KtPlugin {
  readonly meta: { readonly name: string }
  readonly rules: Record<'no-floating-iterator', Rule.RuleModule>
  readonly configs: { readonly recommended: Linter.Config }
}

const plugin: KtPlugin = {
  meta: { name: '@kt/eslint-plugin' },
  // The rule reads typescript-eslint's tree, which ESLint's own types do not know.
  rules: { 'no-floating-iterator': noFloatingIterator as unknown as Rule.RuleModule },
  configs: {
    recommended: {
      name: 'kt/recommended',
      get plugins() {
        return { kt: plugin }
      },
      // A thread body may return without a call, and is a generator all the same.
      rules: { 'kt/no-floating-iterator': 'error', 'require-yield': 'off' },
    },
  },
}

export default plugin

import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import { tsImport } from 'tsx/esm/api'
import tseslint from 'typescript-eslint'

// Our own plugin, from its source: linting needs no build.
const { default: kt } = await tsImport('./packages/eslint-plugin/src/index.ts', import.meta.url)

export default defineConfig(
  globalIgnores(['**/dist/', 'coverage/', '.reports/']),
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, kt.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // noUncheckedIndexedAccess asks for `!` wherever the code knows the bounds; superfluous ones are still found.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A personality casts core's classes down to its own: that is the seam, and the cast shows it.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-invalid-void-type': ['error', { allowAsThisParameter: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    // Configuration files belong to no program.
    files: ['**/*.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'kt/no-floating-iterator': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  {
    // Runs in a browser; tsc knows the names of one, and checks it.
    files: ['apps/*/page/*.js'],
    rules: { 'no-undef': 'off' },
  },
)

import { defineConfig } from 'tsup'

/**
 * Measured is what the packages' own build makes of their source: a loader that compiles on the fly adds a call to each
 * function it sees, and creating a kernel makes many.
 */
export default defineConfig({
  // Paths are from the root, where `pnpm run bench` runs.
  entry: ['bench/src/main.ts', 'bench/src/explore.ts', 'bench/src/*.child.ts'],
  outDir: 'bench/dist',
  format: 'esm',
  target: 'node20',
  external: ['co', 'effect', 'fast-check', 'js-csp'],
  noExternal: [/^@kt\//],
  esbuildOptions(options) {
    options.conditions = ['@kt/source']
  },
  clean: true,
  silent: true,
})

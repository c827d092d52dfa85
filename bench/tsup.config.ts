import { defineConfig } from 'tsup'

/**
 * Measured is what the packages' own build makes of their source: a loader that compiles on the fly adds a call to each
 * function it sees, and creating a kernel makes many.
 */
export default defineConfig({
  entry: ['src/main.ts', 'src/*.child.ts'],
  outDir: 'dist',
  format: 'esm',
  target: 'node20',
  external: ['co', 'effect', 'js-csp'],
  noExternal: [/^@kt\//],
  esbuildOptions(options) {
    options.conditions = ['@kt/source']
  },
  clean: true,
  silent: true,
})

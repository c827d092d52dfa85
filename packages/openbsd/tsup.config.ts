import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/releases/4.2.ts', 'src/releases/5.1.ts', 'src/contract/index.ts'],
  format: ['esm'],
  target: 'node20',
  platform: 'neutral',
  sourcemap: true,
  clean: true,
  dts: false, // tsc writes the declarations
})

#!/usr/bin/env node
import { ExitCode } from './exit-code.js'
import { execute } from './program.js'

// A reader who has seen enough closes the pipe, as `kt | head -1` does. There is nothing to complain about.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  process.stderr.write(`kt: cannot write the output (${error.code ?? error.message}); expected a place that takes it\n`)
  process.exit(ExitCode.wrongUsage)
})
// Who closes this one does not even want to hear of mistakes.
process.stderr.on('error', () => process.exit(ExitCode.wrongUsage))

// The code is set and not exited with: a pipe may not have taken all that was written yet.
void execute(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  // Only who waits for a key opens it.
  get input() {
    return process.stdin
  },
}).then((code) => (process.exitCode = code))
